/** The fields of a form as Stripe reads it: `metadata[key]=value`. */
export interface Fields {
  readonly [name: string]: string | Fields | undefined
}

export function fields(form: string): Fields {
  const read: Record<string, string | Record<string, string>> = {}
  for (const [name, value] of new URLSearchParams(form)) {
    const [, outer = name, inner] = /^(\w+)\[(\w*)\]$/.exec(name) ?? []
    if (inner === undefined) read[outer] = value
    else read[outer] = { ...(typeof read[outer] === 'object' ? read[outer] : {}), [inner]: value }
  }
  return read
}

export function textOf(form: Fields, name: string): string {
  const value = form[name]
  return typeof value === 'string' ? value : ''
}

export function textsOf(form: Fields, name: string): Readonly<Record<string, string>> {
  const value = form[name]
  return typeof value === 'object' ? (value as Record<string, string>) : {}
}
