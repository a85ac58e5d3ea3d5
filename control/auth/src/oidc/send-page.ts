import type { ServerResponse } from 'node:http'
import { page, pageHeaders, type Markup } from './html.ts'

/** Sends a whole page. */
export function send(response: ServerResponse, status: number, title: string, body: Markup): void {
  response.writeHead(status, pageHeaders()).end(page(title, body))
}
