import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { JSX } from "preact";
import { EngineError, toProblem } from "../../engine/errors.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { isShownBy, issueFor } from "../../islands/shared/issues.ts";
import { ErrorCard } from "./components/error_card.tsx";
import { Field, fieldAttributes } from "./components/form.tsx";
import type { PageContext, PageDeps, PageEnv } from "./deps.ts";
import { renderPlain } from "./page.tsx";

/** Whoever is not known yet need not send more than a form holds. */
const FORM_LIMIT = 16_384;

/** As `setUp` accepts it. */
const PASSWORD_LENGTH = 8;

type Values = { [name: string]: string };

/** `/setup` (first owner) and `/login`: plain forms, so that they work without JavaScript. */
export function accessPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  const limit = bodyLimit({
    maxSize: FORM_LIMIT,
    onError: (c) => c.text(`A form holds at most ${FORM_LIMIT} bytes`, 413),
  });
  pages.get("/setup", async (c) => {
    if (await deps.engine.access.isSetUp()) return alreadySetUp(c, deps);
    return showSetup(c, deps, { code: c.req.query("code") ?? "" }, null);
  });
  pages.post("/setup", limit, async (c) => {
    if (await deps.engine.access.isSetUp()) return alreadySetUp(c, deps);
    const values = await readForm(c, ["code", "email", "name", "password"]);
    return await attempt(
      c,
      deps,
      "/",
      () => deps.engine.access.setUp(setUpInput(values)),
      (problem) => showSetup(c, deps, values, problem),
    );
  });
  pages.get("/login", async (c) => {
    if (!await deps.engine.access.isSetUp()) return c.redirect("/setup");
    return showLogin(c, deps, { next: c.req.query("next") ?? "" }, null);
  });
  pages.post("/login", limit, async (c) => {
    const values = await readForm(c, ["email", "password", "next"]);
    const address = deps.clientAddress(c);
    const { email = "", password = "", next = "" } = values;
    return await attempt(
      c,
      deps,
      ownPath(next),
      () => deps.engine.access.signIn({ email, password, address }),
      (problem) => showLogin(c, deps, values, problem),
    );
  });
  return pages;
}

function setUpInput({ code = "", email = "", name = "", password = "" }: Values): {
  code: string;
  email: string;
  name: string;
  password: string;
} {
  return { code: code.trim(), email, name, password };
}

async function attempt(
  c: PageContext,
  deps: PageDeps,
  target: string,
  enter: () => Promise<{ session: string }>,
  refuse: (problem: Problem) => Response | Promise<Response>,
): Promise<Response> {
  try {
    const { session } = await enter();
    deps.signInUser(c, session);
    return c.redirect(target, 303);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.retryAfterSeconds !== undefined) c.header("retry-after", String(error.retryAfterSeconds));
    return await refuse(toProblem(error));
  }
}

async function readForm(c: PageContext, names: readonly string[]): Promise<Values> {
  const form = await c.req.parseBody();
  return Object.fromEntries(names.map((name) => {
    const value = form[name];
    return [name, typeof value === "string" ? value : ""];
  }));
}

/** A path on this site, so that a sign-in link cannot lead elsewhere. */
export function ownPath(next: string): string {
  if (!/^\/(?![/\\])[^\\\s]*$/.test(next)) return "/";
  return /^\/(login|setup|api|hooks)(?![\w-])/.test(next) ? "/" : next;
}

function showSetup(
  c: PageContext,
  deps: PageDeps,
  values: Values,
  problem: Problem | null,
): Response | Promise<Response> {
  const hasCode = Boolean(values.code) && problem?.status !== 403 && issueFor(problem, "code") === undefined;
  return renderPlain(
    c,
    deps,
    { title: "Set up", heading: "Welcome to LeadFlow", status: statusOf(problem) },
    (
      <form method="post" action="/setup" class="grid gap-4">
        <p class="text-soft">Create the owner: the person who may do everything here.</p>
        <Refused problem={problem} fields={["code", "name", "email", "password"]} />
        {hasCode ? <input type="hidden" name="code" value={values.code} /> : (
          <TextField
            name="code"
            label="Set-up code"
            values={values}
            problem={problem}
            hint="Printed where LeadFlow was started."
          />
        )}
        <TextField name="name" label="Your name" autocomplete="name" values={values} problem={problem} />
        <TextField
          name="email"
          label="E-mail"
          type="email"
          autocomplete="username"
          values={values}
          problem={problem}
        />
        <TextField
          name="password"
          label="Password"
          type="password"
          autocomplete="new-password"
          minLength={PASSWORD_LENGTH}
          values={{}}
          problem={problem}
          hint={`${PASSWORD_LENGTH} characters at least.`}
        />
        <button type="submit" class="button" data-kind="primary">Create owner</button>
      </form>
    ),
  );
}

function showLogin(
  c: PageContext,
  deps: PageDeps,
  values: Values,
  problem: Problem | null,
): Response | Promise<Response> {
  return renderPlain(
    c,
    deps,
    { title: "Sign in", status: statusOf(problem) },
    (
      <form method="post" action="/login" class="grid gap-4">
        <Refused problem={problem} fields={["email", "password"]} />
        <input type="hidden" name="next" value={values.next ?? ""} />
        <TextField
          name="email"
          label="E-mail"
          type="email"
          autocomplete="username"
          values={values}
          problem={problem}
        />
        <TextField
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          values={{}}
          problem={problem}
        />
        <button type="submit" class="button" data-kind="primary">Sign in</button>
      </form>
    ),
  );
}

function alreadySetUp(c: PageContext, deps: PageDeps): Response | Promise<Response> {
  return renderPlain(
    c,
    deps,
    { title: "Already set up", heading: "LeadFlow is set up already", status: 404 },
    (
      <p>
        <a class="button" data-kind="primary" href="/login">Sign in</a>
      </p>
    ),
  );
}

/** The refusal as a whole, unless every part of it stands beside a field. */
function Refused(
  { problem, fields }: { problem: Problem | null; fields: readonly string[] },
): JSX.Element | null {
  return problem && !isShownBy(problem, fields) ? <ErrorCard problem={problem} /> : null;
}

interface TextFieldProps {
  name: string;
  label: string;
  type?: "text" | "email" | "password";
  autocomplete?: "name" | "username" | "new-password" | "current-password";
  /** Of a password: checked before the form is sent, because what is refused has to be typed again. */
  minLength?: number;
  hint?: string;
  values: Values;
  problem: Problem | null;
}

function TextField(
  { name, label, type = "text", autocomplete, minLength, hint, values, problem }: TextFieldProps,
): JSX.Element {
  const error = issueFor(problem, name);
  const shared = {
    ...fieldAttributes(name, { hint: Boolean(hint), error }),
    class: "input",
    name,
    autocomplete,
    required: true,
  };
  return (
    <Field id={name} label={label} hint={hint} error={error}>
      {type === "password" ? <input type="password" minLength={minLength} {...shared} /> : (
        <input
          type="text"
          {...(type === "email" ? ADDRESS : {})}
          value={values[name] ?? ""}
          {...shared}
        />
      )}
    </Field>
  );
}

/** Not `type="email"`: a browser would write addresses beyond ASCII anew before it sends them. */
const ADDRESS = {
  inputMode: "email",
  pattern: "\\S+@\\S+",
  title: "An e-mail address, such as ann@example.com",
} as const;

function statusOf(problem: Problem | null): 200 | 403 | 422 | 429 {
  if (!problem) return 200;
  if (problem.status === 403 || problem.status === 429) return problem.status;
  return 422;
}
