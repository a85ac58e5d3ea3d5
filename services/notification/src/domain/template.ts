/** What a message is worded with. */
export type Variables = Readonly<Record<string, string>>

/** A template with variables of the form `{{name}}`. */
export interface Wording {
  readonly subject: string
  readonly body: string
}

const placeholder = /\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}/g

/** The variables a template needs. */
export function variablesOf({ subject, body }: Wording): string[] {
  return [...new Set([...`${subject}\n${body}`.matchAll(placeholder)].map(([, name = '']) => name))]
}

/** Returns whether a template is valid: every opened brace pair contains a name and is closed. */
export function isReadable({ subject, body }: Wording): boolean {
  return ![subject, body].some((text) => /\{\{|\}\}/.test(text.replace(placeholder, '')))
}

/** The first variable of a template that has no value. */
export function findMissing(wording: Wording, variables: Variables): string | undefined {
  return variablesOf(wording).find((name) => !Object.hasOwn(variables, name))
}

/** A message in words. Throws for a variable without a value: nothing is sent with a hole in it. */
export function word(wording: Wording, variables: Variables): Wording {
  const missing = findMissing(wording, variables)
  if (missing !== undefined) throw new Error(`the variable ${missing} has no value`)
  const fill = (text: string) => text.replace(placeholder, (_whole, name: string) => variables[name] ?? '')
  // a subject is one line: a line break would start another mail header
  return { subject: fill(wording.subject).replaceAll(/[\r\n]+/g, ' '), body: fill(wording.body) }
}
