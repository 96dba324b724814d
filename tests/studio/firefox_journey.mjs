// A person's way through the studio in Firefox, by WebDriver BiDi. Prints what it saw as JSON; fails by an exception.
// Arguments: the program, the studio's address, a photograph, a folder for what Firefox stores.
import puppeteer from "../../studio/web/node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js";

const [program, address, photograph, profile] = process.argv.slice(2);
const TIMEOUT = 300_000; // ms, as PATIENCE in tests/clock.py
const problems = [];

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: program,
  userDataDir: profile,
  headless: true,
  // The page's language, and no pages or reports of Firefox's own.
  extraPrefsFirefox: {
    "intl.accept_languages": "en-GB",
    "datareporting.policy.dataSubmissionEnabled": false,
    "app.normandy.enabled": false,
  },
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(TIMEOUT);
  await page.setViewport({ width: 1280, height: 800 });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));

  const find = (role, name) => page.locator(`::-p-aria([name="${name}"][role="${role}"])`).setTimeout(TIMEOUT);
  const count = (selector) => page.evaluate((wanted) => document.querySelectorAll(wanted).length, selector);
  const until = async (what, ...values) => {
    const end = Date.now() + TIMEOUT;
    // The page's policy forbids the scripts by which waitForFunction waits.
    while (!(await page.evaluate(what, ...values))) {
      if (Date.now() > end) throw new Error(`it did not happen: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const shows = (text) => until((wanted) => document.body.innerText.includes(wanted), text);

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
  const box = await (await page.$("canvas")).boundingBox();
  await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.6 * box.width, box.y + 0.5 * box.height, { steps: 4 });
  await page.mouse.up();
  const painted = () =>
    page.evaluate(() => {
      const canvas = document.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, at) => at % 4 === 3 && value > 8).length;
    });
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
  const version = await browser.version();
  console.log(JSON.stringify({ version, problems, stroke, undone, redone, finished, files, sideways }));
} finally {
  await browser.close();
}
