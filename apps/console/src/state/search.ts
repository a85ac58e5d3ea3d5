/** Reads these texts from the query of an address; any other value counts as not given. */
export function textsOf<const Name extends string>(...names: readonly Name[]) {
  return (search: Readonly<Record<string, unknown>>): { readonly [N in Name]?: string } => {
    const given = names.flatMap((name) => {
      const value = search[name]
      // an id of digits alone is read as a number
      const text = typeof value === 'number' ? String(value) : value
      return typeof text === 'string' && text !== '' ? [[name, text] as const] : []
    })
    return Object.fromEntries(given) as { readonly [N in Name]?: string }
  }
}
