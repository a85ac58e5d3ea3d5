/**
 * Parses the value of `OTEL_RESOURCE_ATTRIBUTES` or `OTEL_EXPORTER_OTLP_HEADERS`: `key=value` pairs separated by commas, values
 * percent-encoded. As the specification of OpenTelemetry requires, a text that cannot be decoded is ignored as a whole.
 */
export function parsePairs(text: string | undefined): Record<string, string> {
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
