import type { FieldError } from '@stoa/kernel'

/** The most bytes of JSON: each is kept in every version of a history, and lists return many of them at once. */
export const largest = { variants: 16_384, rules: 32_768, values: 65_536, schemas: 65_536 } as const

/** What is too large as JSON. */
export function checkSize(value: unknown, bytes: number, pointer: string): FieldError[] {
  const isSmall = Buffer.byteLength(JSON.stringify(value)) <= bytes
  return isSmall ? [] : [{ pointer, detail: `must not be larger than ${bytes} bytes of JSON` }]
}
