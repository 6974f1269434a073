import type { Browser, Page } from "playwright-core";

/** A window of the first owner, whom it makes. */
export async function signedIn(browser: Browser, url: string, code: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`/setup?code=${code}`);
  await page.getByLabel("Your name").fill("Ann Lee");
  await page.getByLabel("E-mail").fill("owner@example.com");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Create owner" }).click();
  await page.waitForURL(`${url}/`);
  return page;
}
