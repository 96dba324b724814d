// Editing in Firefox: a folder, masks by hand, by edges and by lasso, regions, a grade, and a download as another kind of file.
// Prints what it saw as JSON; fails by an exception. Arguments: the program, the studio's address, a folder of photographs, a
// folder for what Firefox stores.
import { readdir, readFile } from "node:fs/promises";
import { inFirefox } from "./firefox.mjs";

const [program, address, photographs, profile] = process.argv.slice(2);
await inFirefox(program, profile, async (page, { find, until, shows, draw, painted }) => {
  await page.goto(`${address}/paint`);
  await shows("Choose a folder");
  // WebDriver cannot choose a folder in Firefox: the field gets what the dialog would give.
  const names = await readdir(photographs);
  const files = await Promise.all(names.map((name) => readFile(`${photographs}/${name}`, "base64")));
  await page.evaluate(
    (all) => {
      const chosen = new DataTransfer();
      for (const [name, content] of all) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        chosen.items.add(new File([bytes], name, { type: "image/png" }));
      }
      const field = document.querySelector("input[webkitdirectory]");
      field.files = chosen.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    },
    names.map((name, at) => [name, files[at]]),
  );
  await until(() => document.querySelectorAll("button[aria-label^='Show ']").length === 2);
  await find("button", "Use Swirl").click();
  await until(() => document.querySelector("img[alt='Preview by the network']")?.naturalWidth > 100);

  // By hand: a stroke, the same one by edges, an outline.
  await find("button", "Adjust parts by hand…").click();
  await draw([0.5, 0.5], [0.52, 0.5]);
  const plain = await painted();
  await find("button", "Clear").click();
  await find("switch", "Follow edges").click();
  await until(() => !document.querySelector("canvas.waits"));
  await draw([0.5, 0.5], [0.52, 0.5]);
  const edges = await painted();
  await find("button", "Clear").click();
  await find("radio", "Lasso").click();
  await draw([0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]);
  const lasso = (await painted()) / (await page.evaluate(() => {
    const { width, height } = document.querySelector("canvas");
    return width * height;
  }));
  await find("button", "Done").click();
  await until(() => JSON.parse(localStorage["pinxit.easel"]).keep !== null);

  await find("button", "Paint by regions").click();
  await (await page.waitForSelector("::-p-text(Refine region)")).click();
  await until(() => document.querySelector("canvas") !== null);
  const before = await painted();
  await find("button", "Clear").click();
  await draw([0.3, 0.3], [0.6, 0.6]);
  const refined = await painted();
  await until(() => JSON.parse(localStorage["pinxit.easel"]).regionMap !== null);
  await find("button", "Done").click();

  await page.goto(`${address}/grade`);
  await find("button", "Use Astronaut").click();
  await find("button", "Use Cut-out").click();
  await until(() => document.querySelector("img[alt='The photograph in the new colours']")?.src.startsWith("blob:"));
  await find("button", "Grade it").click();
  await until(() => document.querySelector("[aria-label='Download'] a") !== null);

  await page.goto(`${address}/gallery`);
  await page.waitForSelector("button.open");
  await page.click("button.open");
  await find("button", "Download as…").click();
  await find("radio", "TIFF").click();
  await find("button", "Download").click();
  await until(() => !document.querySelector("dialog[open] [value='tiff']"));
  for (let wait = 0; wait < 100 && !(await readdir(profile)).some((name) => name.endsWith(".tif")); wait++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const saved = (await readdir(profile)).filter((name) => name.endsWith(".tif"));
  return { plain, edges, lasso, before, refined, saved };
});
