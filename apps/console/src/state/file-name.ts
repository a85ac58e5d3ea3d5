/** The name in a `Content-Disposition` header (RFC 6266), the extended one first. */
export function fileNameIn(header: string | null): string | undefined {
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(header ?? '')?.[1]
  if (extended !== undefined && /^(?:[^%]|%[0-9a-f]{2})*$/i.test(extended)) return decodeURIComponent(extended)
  return /filename="([^"]*)"/i.exec(header ?? '')?.[1]
}
