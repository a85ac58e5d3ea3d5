import { isFragment } from './fragment.ts'

/** One SQL text; `name` is the prepared statement's, empty when the text is not kept prepared. */
export interface Statement {
  readonly text: string
  readonly name: string
}

export interface BoundStatement {
  readonly statement: Statement
  readonly values: readonly unknown[]
}

// Each prepared statement costs memory in every connection, and optional fragments multiply texts.
const maxNamedStatements = 500

const byTemplate = new WeakMap<TemplateStringsArray, Statement>()
const byText = new Map<string, Statement>()

function statementFor(text: string): Statement {
  const known = byText.get(text)
  if (known !== undefined) return known
  if (byText.size >= maxNamedStatements) return { text, name: '' }
  const statement = { text, name: `s${byText.size + 1}` }
  byText.set(text, statement)
  return statement
}

function statementForTemplate(strings: TemplateStringsArray): Statement {
  let text = strings[0] ?? ''
  for (let index = 1; index < strings.length; index++) text += `$${index}${strings[index]}`
  const statement = statementFor(text)
  byTemplate.set(strings, statement)
  return statement
}

function splice(strings: readonly string[], values: readonly unknown[], parameters: unknown[]): string {
  let text = strings[0] ?? ''
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    if (isFragment(value)) text += splice(value.strings, value.values, parameters)
    else text += `$${parameters.push(value)}`
    text += strings[index + 1] ?? ''
  }
  return text
}

/** Turns a tagged template into a statement and its parameters; fragments among the values become part of the text. */
export function bindTemplate(strings: TemplateStringsArray, values: readonly unknown[]): BoundStatement {
  if (values.some(isFragment)) {
    const parameters: unknown[] = []
    return { statement: statementFor(splice(strings, values, parameters)), values: parameters }
  }
  return { statement: byTemplate.get(strings) ?? statementForTemplate(strings), values }
}
