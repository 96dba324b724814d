// Firefox by WebDriver BiDi: how the journeys start it, find what they use, and wait.
import puppeteer from "../../studio/web/node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js";

const TIMEOUT = 300_000; // ms, as PATIENCE in tests/clock.py

/**
 * Start Firefox, have `journey` work in a page of it, and print what it returns as JSON.
 *
 * @param {string} program Firefox.
 * @param {string} profile A folder for what Firefox stores. Files are downloaded into it.
 * @param {(page: object, steps: object) => Promise<object>} journey Throws where something does not happen.
 */
export async function inFirefox(program, profile, journey) {
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
      "browser.download.folderList": 2,
      "browser.download.dir": profile,
    },
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT);
    await page.setViewport({ width: 1280, height: 800 });
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    const seen = await journey(page, stepsOn(page));
    console.log(JSON.stringify({ version: await browser.version(), problems, ...seen }));
  } finally {
    await browser.close();
  }
}

function stepsOn(page) {
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
  /** Move the pressed mouse over the canvas of a mask; places are shares of its sides. */
  const draw = async (first, ...places) => {
    await until(() => document.querySelector("canvas") !== null);
    const box = await (await page.$("canvas")).boundingBox();
    const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
    await page.mouse.move(...at(first));
    await page.mouse.down();
    for (const place of places) await page.mouse.move(...at(place), { steps: 4 });
    await page.mouse.up();
  };
  /** How many pixels a mask covers. */
  const painted = () =>
    page.evaluate(() => {
      const canvas = document.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, at) => at % 4 === 3 && value > 8).length;
    });
  return { find, count, until, shows, draw, painted };
}
