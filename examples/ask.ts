/** What a request brings besides its path. */
export interface Asked {
  readonly body?: object
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer in JSON. */
export interface Answer<Body> {
  readonly status: number
  readonly body: Body
}

/** Asks as any HTTP client would. */
export async function ask<Body = Readonly<Record<string, unknown>>>(
  method: string,
  url: string,
  { body, key, headers }: Asked = {},
): Promise<Answer<Body>> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Body }
}
