/** A real engine behind the real routes: what the editor asks of the server. */
import { openEngine } from "../helpers/engine.ts";
import type { Opened, OpenOptions } from "../helpers/engine.ts";
import { createApp } from "../../routes/app.ts";
import { fakePages } from "../routes/app_fixture.ts";

const TOKEN = "t".repeat(40);

/** What a refusal says. */
export interface Problem {
  detail: string;
  issues: { path: string; message: string; accepted?: string }[];
}

export interface Answered<T> {
  status: number;
  body: T;
  headers: Headers;
}

export interface EditorHouse extends Opened {
  /** As the owner, in JSON. */
  ask<T = Problem>(
    method: string,
    path: string,
    body?: unknown,
    headers?: { [name: string]: string },
  ): Promise<Answered<T>>;
}

export async function openEditor(options: OpenOptions = {}): Promise<EditorHouse> {
  const house = await openEngine({ token: TOKEN, ...options });
  const app = createApp({
    engine: house.engine,
    environment: { url: null },
    log: () => {},
    pages: fakePages(),
  });
  const ask = async <T>(
    method: string,
    path: string,
    body?: unknown,
    headers: { [name: string]: string } = {},
  ): Promise<Answered<T>> => {
    const request = new Request(new URL(path, "http://localhost"), {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...body === undefined ? {} : { "content-type": "application/json" },
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const response = await app.fetch(request, {
      remoteAddr: { transport: "tcp", hostname: "192.0.2.1", port: 1 },
    });
    const text = await response.text();
    return {
      status: response.status,
      // Tests say which answer they expect, and fail when it is another.
      body: (text === "" ? null : JSON.parse(text)) as T,
      headers: response.headers,
    };
  };
  return Object.assign(house, { ask });
}
