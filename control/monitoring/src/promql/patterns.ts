import { linearPattern, type LinearPattern } from './linear-pattern.ts'
import { PromqlError, type Labels, type Matcher } from './syntax.ts'

const longest = 2_000
const compiled = new Map<string, LinearPattern>()
const mostCompiled = 200
const mostKnown = 2_000

/**
 * Compiles a pattern of a label, which has to match it whole. Its time is bounded, as with RE2: it does not backtrack. Repetitions inside of
 * repetitions, back references, and more than three repetitions are refused. @throws PromqlError
 */
export function compilePattern(pattern: string): LinearPattern {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const problem = problemOf(pattern)
  if (problem !== undefined) throw new PromqlError(`the pattern ${JSON.stringify(pattern)} ${problem}`)
  const made = remembering(linearOf(pattern))
  if (compiled.size >= mostCompiled) compiled.clear()
  compiled.set(pattern, made)
  return made
}

function linearOf(pattern: string): LinearPattern {
  try {
    void new RegExp(`^(?:${pattern})$`, 's')
  } catch {
    throw new PromqlError(`the pattern ${JSON.stringify(pattern)} is not valid`)
  }
  try {
    return linearPattern(pattern)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new PromqlError(`the pattern ${JSON.stringify(pattern)} ${error.message}`)
  }
}

/** The same labels are tested at each evaluation. */
function remembering({ test }: LinearPattern): LinearPattern {
  const known = new Map<string, boolean>()
  return {
    test(text) {
      const before = known.get(text)
      if (before !== undefined) return before
      if (known.size >= mostKnown) known.clear()
      const found = test(text)
      known.set(text, found)
      return found
    },
  }
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
