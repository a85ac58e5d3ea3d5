interface Placed {
  readonly path: string
}

/** Finds the entry of a path: an exact match, or a prefix that ends in `/*`; the longest prefix wins. */
export interface PrefixTable<Entry extends Placed> {
  readonly find: (path: string) => Entry | undefined
}

/** Makes a table of exact paths and prefixes. */
export function makePrefixTable<Entry extends Placed>(entries: readonly Entry[]): PrefixTable<Entry> {
  const exact = new Map<string, Entry>()
  const prefixes: { readonly prefix: string; readonly entry: Entry }[] = []
  for (const entry of entries) {
    if (!entry.path.endsWith('*')) exact.set(entry.path, entry)
    else {
      const prefix = entry.path.slice(0, -1)
      prefixes.push({ prefix, entry })
      // `/oauth2/*` is also served at `/oauth2`.
      if (prefix.endsWith('/') && prefix.length > 1) exact.set(prefix.slice(0, -1), entry)
    }
  }
  prefixes.sort((a, b) => b.prefix.length - a.prefix.length)
  return {
    find(path) {
      return exact.get(path) ?? prefixes.find(({ prefix }) => path.startsWith(prefix))?.entry
    },
  }
}
