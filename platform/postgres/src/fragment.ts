const mark = Symbol('stoa.sql-fragment')

/** A piece of SQL with its own parameters, to be used as a `${}` value within another template. */
export interface Fragment {
  readonly [mark]: true
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
}

/**
 * Writes a piece of SQL for optional parts of a statement; its parameters are renumbered where it is spliced in, and
 * fragments may hold fragments. An empty one (`` fragment`` ``) adds nothing.
 *
 *     const onlyOpen = open ? fragment`and status = ${'open'}` : fragment``
 *     await db.sql`select id from orders where customer_id = ${customerId} ${onlyOpen}`
 */
export function fragment(strings: TemplateStringsArray, ...values: readonly unknown[]): Fragment {
  return { [mark]: true, strings, values }
}

/** A quoted name (table, column, partition) as SQL text; names cannot be parameters. Dots are part of the name. */
export function identifier(name: string): Fragment {
  return { [mark]: true, strings: [quoteIdentifier(name)], values: [] }
}

/** Puts fragments one after the other with a separator between them; of none, an empty one. */
export function joinFragments(parts: readonly Fragment[], separator: string): Fragment {
  const strings = parts.length === 0 ? [''] : ['', ...Array<string>(parts.length - 1).fill(separator), '']
  return { [mark]: true, strings, values: parts }
}

export function isFragment(value: unknown): value is Fragment {
  return typeof value === 'object' && value !== null && mark in value
}

export function quoteIdentifier(name: string): string {
  if (name.includes('\0')) throw new TypeError('a name in SQL cannot hold a null character')
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteLiteral(text: string): string {
  if (text.includes('\0')) throw new TypeError('a text in SQL cannot hold a null character')
  return text.includes('\\')
    ? ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`
}
