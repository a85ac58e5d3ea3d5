import { PromqlError, type Labels, type Matcher } from './syntax.ts'

const longest = 2_000
const compiled = new Map<string, RegExp>()
const mostCompiled = 1_000

/**
 * Compiles a pattern of a label, which has to match it whole. JavaScript backtracks and RE2 does not, so patterns that could take long are
 * refused: repetitions inside of repetitions, back references, and more than three repetitions without a limit. @throws PromqlError
 */
export function compilePattern(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const problem = problemOf(pattern)
  if (problem !== undefined) throw new PromqlError(`the pattern ${JSON.stringify(pattern)} ${problem}`)
  let made: RegExp
  try {
    made = new RegExp(`^(?:${pattern})$`, 's')
  } catch {
    throw new PromqlError(`the pattern ${JSON.stringify(pattern)} is not valid`)
  }
  if (compiled.size >= mostCompiled) compiled.clear()
  compiled.set(pattern, made)
  return made
}

function problemOf(pattern: string): string | undefined {
  if (pattern.length > longest) return `has more than ${longest} characters`
  // A character that is escaped, or in brackets, repeats nothing.
  const bare = pattern.replaceAll(/\\./gs, 'x').replaceAll(/\[(?:[^\]])*\]/g, 'x')
  if (/\\[1-9k]/.test(pattern) || /\(\?(?!:)/.test(bare)) return 'has a group of a kind that is not supported'
  const repetitions = bare.match(/[*+]|\{\d+,?\d*\}/g) ?? []
  if (repetitions.length > 3) return 'has more than three repetitions'
  if (/\{\d{4,}|\{\d+,\d{4,}/.test(bare)) return 'repeats too often'
  return isNested(bare) ? 'has a repetition inside of a repetition' : undefined
}

function isNested(bare: string): boolean {
  const open: { repeats: boolean }[] = [{ repeats: false }]
  for (let at = 0; at < bare.length; at += 1) {
    const each = bare[at]
    const here = open.at(-1)
    if (each === '(') open.push({ repeats: false })
    else if (each === ')') {
      const closed = open.pop()
      const outer = open.at(-1)
      if (outer === undefined || closed === undefined) return false
      const isRepeated = /^[*+{]/.test(bare.slice(at + 1))
      if (isRepeated && closed.repeats) return true
      outer.repeats ||= closed.repeats || isRepeated
    } else if (/[*+{]/.test(each ?? '') && here !== undefined) here.repeats = true
  }
  return false
}

/** Whether labels meet a condition. */
export function matches({ name, operator, value }: Matcher, labels: Labels): boolean {
  const actual = labels[name] ?? ''
  switch (operator) {
    case '=':
      return actual === value
    case '!=':
      return actual !== value
    case '=~':
      return compilePattern(value).test(actual)
    case '!~':
      return !compilePattern(value).test(actual)
  }
}
