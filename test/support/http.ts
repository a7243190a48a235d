import { CookieJar } from 'tough-cookie';

export interface Page {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
}

/** A client that keeps cookies like a browser, by the rules of RFC 6265. It does not follow redirects. */
export class Browser {
  readonly #jar = new CookieJar();
  readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  get(path: string): Promise<Page> {
    return this.#request(path, {});
  }

  post(path: string, form: Record<string, string> = {}): Promise<Page> {
    return this.#request(path, { method: 'POST', body: new URLSearchParams(form) });
  }

  /** The value of a cookie; `undefined` if there is none with that name. */
  async cookie(name: string): Promise<string | undefined> {
    const cookies = await this.#jar.getCookies(this.origin);
    return cookies.find(({ key }) => key === name)?.value;
  }

  /** When a cookie ends: `'Infinity'` if with the browser; `undefined` if there is none with that name. */
  async endOf(name: string): Promise<Date | 'Infinity' | null | undefined> {
    const cookies = await this.#jar.getCookies(this.origin);
    return cookies.find(({ key }) => key === name)?.expires;
  }

  /** The same browser, with its cookies, after a restart of the app on another port. */
  at(origin: string): Browser {
    const next = new Browser(origin);
    for (const cookie of this.#jar.serializeSync()?.cookies ?? []) {
      next.#jar.setCookieSync(`${cookie.key}=${cookie.value}; Path=/`, origin);
    }
    return next;
  }

  async #request(path: string, init: RequestInit): Promise<Page> {
    const url = new URL(path, this.origin).href;
    const cookie = await this.#jar.getCookieString(url);
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) await this.#jar.setCookie(line, url);
    return {
      status: response.status,
      location: response.headers.get('location'),
      text: await response.text(),
    };
  }
}
