import assert from "node:assert/strict";
import fc from "fast-check";
import type { Links } from "../../engine/messages/links.ts";
import { textToHtml, tracked } from "../../engine/messages/tracking_html.ts";
import { quickest } from "../helpers/quickest.ts";

/** Links that show what they lead to. */
const shown: Pick<Links, "clickLink" | "openLink"> = {
  openLink: () => "OPEN",
  clickLink: (_id, url) => /^https?:/.test(url) ? `CLICK(${url})` : null,
};
const none: Pick<Links, "clickLink" | "openLink"> = { openLink: () => null, clickLink: () => null };
const pixel = '<img src="OPEN" width="1" height="1" alt="" style="display:block;border:0">';

const tags: { html: string; becomes: string }[] = [
  {
    html: '<a href="https://a.example/?b=1&amp;c=2">x</a>',
    becomes: '<a href="CLICK(https://a.example/?b=1&amp;c=2)">x</a>',
  },
  {
    html: "<A class=x HREF='http://a.example/'>x</A>",
    becomes: '<A class=x href="CLICK(http://a.example/)">x</A>',
  },
  {
    html: "<a href=https://a.example/x target=_blank>",
    becomes: '<a href="CLICK(https://a.example/x)" target=_blank>',
  },
  {
    html: '<a\n  title="a > b"\n  href = "https://a.example/">',
    becomes: '<a\n  title="a > b"\n  href="CLICK(https://a.example/)">',
  },
  { html: '<area href="https://a.example/">', becomes: '<area href="CLICK(https://a.example/)">' },
  {
    html: '<a href="mailto:ann@example.com"><a href="#top"><a name="x">',
    becomes: '<a href="mailto:ann@example.com"><a href="#top"><a name="x">',
  },
  {
    html: '<abbr href="https://a.example/"><link href="https://a.example/x.css">',
    becomes: '<abbr href="https://a.example/"><link href="https://a.example/x.css">',
  },
  // What a lead's data holds within a quoted value is a value, never an attribute.
  {
    html: `<a title=" href=https://evil.example/ " href="https://a.example/">`,
    becomes: `<a title=" href=https://evil.example/ " href="CLICK(https://a.example/)">`,
  },
  { html: '<a href="https://a.example/', becomes: '<a href="https://a.example/' },
  { html: "", becomes: "" },
];
for (const { html, becomes } of tags) {
  Deno.test(`tracked() makes ${JSON.stringify(html)} into ${JSON.stringify(becomes)}`, () => {
    assert.equal(tracked(html, "M1", shown), becomes + pixel);
  });
}

Deno.test("tracked() puts the pixel before the last </body>", () => {
  assert.equal(tracked("<body>x</BODY></html>", "M1", shown), `<body>x${pixel}</BODY></html>`);
  assert.equal(tracked("<body>x</body>", "M1", none), "<body>x</body>");
});

Deno.test("tracked() takes a hostile megabyte in a moment", () => {
  const pieces = ["<a ", "<a href=", '<a title="', "<a " + " ".repeat(1_000), "<", '"'];
  for (const piece of pieces) {
    for (const tail of ["", ">"]) {
      const html = piece.repeat(Math.ceil(1_000_000 / piece.length)) + tail;
      const ms = quickest(() => void tracked(html, "M1", shown), 1_000);
      assert.ok(ms < 1_000, `${JSON.stringify(piece.slice(0, 12) + tail)}: ${ms} ms`);
    }
  }
});

Deno.test("textToHtml() makes paragraphs, lines and clickable links", () => {
  const html = textToHtml("Hi Ann,\n\nsee https://a.example/x?y=1&z=(2).\nOr <http://b.example>!\r\n\r\nBye");
  assert.match(
    html,
    /<p>Hi Ann,<\/p>\n<p>see <a href="https:\/\/a\.example\/x\?y=1&amp;z=\(2\)">https:\/\/a\.example\/x\?y=1&amp;z=\(2\)<\/a>\.<br>\nOr &lt;<a href="http:\/\/b\.example">http:\/\/b\.example<\/a>&gt;!<\/p>\n<p>Bye<\/p>/,
  );
});

Deno.test("textToHtml() lets no text become markup", () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom("<", ">", '"', "'", "&", "a", " ", "\n", "https://x", "script", "="),
      }),
      (text) => {
        const body = textToHtml(text).replace(/^[\s\S]*<body>\n/, "").replace(/\n<\/body>[\s\S]*$/, "");
        assert.match(body, /^(?:<\/?p>|<br>|<a href="[^"<>]*">|<\/a>|[^<>])*$/);
      },
    ),
  );
});
