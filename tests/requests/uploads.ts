import type { UploadBody, UploadMediaType } from '@stoa/contract'
import { isOperation, type DeclaredRoute } from './declared-routes.ts'

/** A PNG of one pixel. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const samples: Readonly<Partial<Record<UploadMediaType, Buffer>>> = {
  'image/png': pixel,
  'text/csv': Buffer.from('sku,quantity\nTEA,1\n'),
  'text/plain': Buffer.from('Tea.\n'),
}

/** How many uploads the gateway takes at once from one client, with some to spare. */
export const uploadsAtOnce = 6

/** What an operation takes as its body instead of JSON; undefined for all others. */
export function uploadOf(each: DeclaredRoute): UploadBody | undefined {
  return isOperation(each) ? each.route.upload : undefined
}

/** A small file that an upload takes. @throws Error if there is no sample of its types */
export function sampleFor({ mediaTypes }: UploadBody): { readonly mediaType: UploadMediaType; readonly bytes: Buffer } {
  for (const mediaType of mediaTypes) {
    const bytes = samples[mediaType]
    if (bytes !== undefined) return { mediaType, bytes }
  }
  throw new Error(`add a sample of ${mediaTypes.join(' or ')} to tests/requests/uploads.ts`)
}
