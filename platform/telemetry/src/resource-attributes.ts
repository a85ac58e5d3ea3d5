/**
 * The attributes in a text as `OTEL_RESOURCE_ATTRIBUTES` has it: `key=value` with commas between, values percent-encoded.
 * As OpenTelemetry's specification asks, a text that cannot be decoded is ignored as a whole.
 */
export function parseResourceAttributes(text: string | undefined): Record<string, string> {
  try {
    return Object.fromEntries(
      (text ?? '').split(',').flatMap((entry) => {
        const part = entry.trim()
        const at = part.indexOf('=')
        return at < 1 ? [] : [[part.slice(0, at).trim(), decodeURIComponent(part.slice(at + 1).trim())]]
      }),
    )
  } catch {
    return {}
  }
}
