/**
 * Returns the texts of which stored spans contain one if they have the attribute `KEY=VALUE`: as JSON writes it as a text, and
 * where the value can be one, as a number or a truth value.
 */
export function attributeTexts(attribute: string): string[] {
  const at = attribute.indexOf('=')
  const [key, value] = [attribute.slice(0, at), attribute.slice(at + 1)]
  const asText = `${JSON.stringify(key)}:${JSON.stringify(value)}`
  if (!/^(true|false|-?\d+(\.\d+)?)$/.test(value)) return [asText]
  // A number ends where the next attribute or the end of the object follows.
  return [asText, ...[',', '}'].map((end) => `${JSON.stringify(key)}:${value}${end}`)]
}
