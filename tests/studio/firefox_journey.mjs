// A person's way through the studio in Firefox. Prints what it saw as JSON; fails by an exception.
// Arguments: the program, the studio's address, a photograph, a folder for what Firefox stores.
import { inFirefox } from "./firefox.mjs";

const [program, address, photograph, profile] = process.argv.slice(2);
await inFirefox(program, profile, async (page, { find, count, until, shows, draw, painted }) => {
  await page.goto(`${address}/paint`);
  await shows("Drop a photograph here");
  await (await page.waitForSelector("#easel input[type=file]")).uploadFile(photograph);
  await find("button", "Use Swirl").click();
  await until(() => document.querySelector("img[alt='Preview by the network']")?.naturalWidth > 100);

  // The brush: a stroke, undone and redone, then left.
  await find("button", "Use Mosaic").click();
  await find("button", "Where Mosaic").click();
  await page.waitForSelector("canvas");
  await until(() => document.activeElement?.tagName === "CANVAS");
  await draw([0.3, 0.5], [0.6, 0.5]);
  const undo = async (key) => {
    await page.keyboard.down("Control");
    await page.keyboard.press(key);
    await page.keyboard.up("Control");
  };
  const stroke = await painted();
  await undo("z");
  const undone = await painted();
  await undo("y");
  const redone = await painted();
  await page.keyboard.press("Escape");
  await until(() => !document.querySelector("canvas"));

  await undo("z");
  await find("radio", "Instant").click();
  await find("button", "Perfect it").click();
  await shows("In the gallery");
  const finished = await page.evaluate(() => document.querySelector("#easel .cut img").naturalWidth);

  await page.goto(`${address}/gallery`);
  await page.waitForSelector("button.open");
  await page.click("button.open");
  await page.waitForSelector("dialog[open]");
  await until(() => document.querySelector("dialog[open] .cut img, dialog[open] .plane img")?.naturalWidth > 0);
  const files = await count("dialog[open] .files a");
  await page.keyboard.press("Escape");
  await until(() => !document.querySelector("dialog[open]"));

  // Enlarged to 200 %: the choices keep most of the screen.
  await page.setViewport({ width: 640, height: 400 });
  await page.goto(`${address}/paint`);
  await find("button", "Use Waves").click();
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  return { stroke, undone, redone, finished, files, sideways };
});
