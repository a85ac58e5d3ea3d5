import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from './handlers.ts'

/**
 * A Node request handler outside the platform; the request is complete when it returns or ends the response. `address` is the
 * address of the client; `caller` is the caller, who has the permission of the route.
 */
export type MountHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  from: { readonly address: string; readonly caller: Caller },
) => void | Promise<void>
