/** The statements of a script in lower case and in one line each, without comments, bodies of functions, and texts of literals. */
export function statementsOf(sql: string): string[] {
  return sql
    .replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replaceAll(/--.*$/gm, '')
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .split(';')
    .map((statement) =>
      statement
        .replaceAll(/\s+/g, ' ')
        .trim()
        .toLowerCase()
        .replaceAll(/\bpublic\./g, ''),
    )
    .filter((statement) => statement !== '')
}
