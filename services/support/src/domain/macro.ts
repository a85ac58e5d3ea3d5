const placeholder = /\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}/g

/** The variables that the text of a macro uses. */
export function variablesOf(text: string): string[] {
  return [...new Set([...text.matchAll(placeholder)].map(([, name = '']) => name))]
}

/** Returns whether every opened pair of braces contains a name and is closed. */
export function isReadable(text: string): boolean {
  return !/\{\{|\}\}/.test(text.replace(placeholder, ''))
}

/** The text with its variables filled in, or the first variable without a value. Values are not read as macros. */
export function fillIn(
  text: string,
  values: Readonly<Record<string, string | undefined>>,
): { readonly text: string } | { readonly missing: string } {
  const valueOf = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined)
  const missing = variablesOf(text).find((name) => valueOf(name) === undefined)
  if (missing !== undefined) return { missing }
  return { text: text.replace(placeholder, (_whole, name: string) => valueOf(name) ?? '') }
}
