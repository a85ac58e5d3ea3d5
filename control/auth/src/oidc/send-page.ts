import type { ServerResponse } from 'node:http'
import { page, pageHeaders, type Markup } from './html.ts'
import { PASSKEY_SCRIPT_HASH } from './passkey.ts'

/** Sends a whole page of signing in. */
export function send(response: ServerResponse, status: number, title: string, body: Markup): void {
  response.writeHead(status, pageHeaders(PASSKEY_SCRIPT_HASH)).end(page(title, body))
}
