/** In a real browser: mails that may have been received after a kill, each decided by a press. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { alive, createOwner, go, openBrowser, openWindow, seen } from "../helpers/browser.ts";
import { pictures } from "../helpers/looks.ts";
import { startServer } from "../helpers/server.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import type { Behaviour } from "../messages/smtp_fixture.ts";
import { flow, hookNode, MAIL_NODE } from "./flows.ts";

const free = { sanitizeOps: false, sanitizeResources: false };

const LEADS = [
  { email: "ann@example.com", firstName: "Ann", answer: "Sent", mails: 1 },
  { email: "kim@example.com", firstName: "Kim", answer: "Send again", mails: 2 },
  { email: "lou@example.com", firstName: "Lou", answer: "Skip", mails: 1 },
] as const;

const mailing = flow(
  "Mail",
  [hookNode("mail"), MAIL_NODE, ["last", "set", "Settle", { fields: [{ name: "stage", value: "done" }] }]],
  [["hook", "mail"], ["mail", "last"]],
);

function cardOf(page: Page, name: string): Locator {
  return page.getByRole("article", { name: `${name} may have received this` });
}

Deno.test(
  "/inbox after a kill: Ann may have received this; Sent, Send again and Skip each go on",
  free,
  async () => {
    const behaviour: Behaviour = {};
    await using smtp = await mailServer(behaviour);
    await using server = await startServer({ env: { LEADFLOW_SMTP_URL: smtp.url } });
    const browser = await openBrowser();
    try {
      await using person = await openWindow(browser, server);
      const { page } = person;
      await createOwner(page, server);
      await server.publish(mailing);
      // The server has all three mails and answers none; then the process is killed.
      const all = Promise.withResolvers<void>();
      const never = Promise.withResolvers<void>();
      behaviour.beforeAnswer = async () => {
        if (smtp.received.length === LEADS.length) all.resolve();
        await never.promise;
      };
      person.forgive(/net::ERR_/);
      const ids = await Promise.all(
        LEADS.map(({ email, firstName }) => server.hook("mail", { email, firstName })),
      );
      await all.promise;
      await server.kill();
      delete behaviour.beforeAnswer;
      never.resolve();
      await server.start();
      await go(page, "/inbox");
      for (const { firstName } of LEADS) {
        await seen(cardOf(page, firstName));
        assert.equal(await cardOf(page, firstName).count(), 1, "one card each");
      }
      await pictures(page, "uncertain");
      for (const { firstName, answer } of LEADS) {
        const card = cardOf(page, firstName);
        await card.getByRole("button", { name: answer, exact: false }).filter({
          hasText: new RegExp(`^${answer}\\d?$`),
        }).click();
        await seen(page.getByText(`${firstName} may have received this — ${answer}`));
        await card.waitFor({ state: "detached" });
      }
      for (const [index, { email, mails }] of LEADS.entries()) {
        const id = ids[index]!;
        assert.equal(await server.settled(id), "completed");
        const sent = smtp.received.filter(({ to }) => to.includes(email));
        assert.equal(sent.length, mails, email);
        await go(page, `/executions/${id}`);
        await alive(page);
        await seen(page.getByText(/^Completed/).first());
      }
      await go(page, "/inbox");
      await seen(page.getByText("Nothing needs you now."));
    } finally {
      await browser.close();
    }
  },
);
