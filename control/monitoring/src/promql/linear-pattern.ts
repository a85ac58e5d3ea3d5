/** A pattern that has to match a text whole. */
export interface LinearPattern {
  readonly test: (text: string) => boolean
}

type Node =
  | { readonly kind: 'character'; readonly is: (character: string) => boolean }
  | { readonly kind: 'begin' | 'end' }
  | { readonly kind: 'sequence'; readonly of: readonly Node[] }
  | { readonly kind: 'alternatives'; readonly of: readonly Node[] }
  | { readonly kind: 'repeated'; readonly of: Node; readonly least: number; readonly most: number }

type Step = Extract<Node, { kind: 'character' | 'begin' | 'end' }> | { readonly kind: 'jump'; readonly to: number[] }

/** Of a pattern whose repetitions are written out. */
const mostSteps = 2_000

/**
 * Compiles a valid pattern of JavaScript into steps that are all followed at the same time (Thompson's construction), as RE2 does: a test
 * takes the length of the text times the number of steps. JavaScript itself backtracks, and `(.|.)*x` takes forever. @throws RangeError with what is not supported
 */
export function linearPattern(pattern: string): LinearPattern {
  const steps = stepsOf(parse(pattern))
  return { test: (text) => run(steps, text) }
}

function parse(pattern: string): Node {
  let at = 0

  function alternatives(): Node {
    const of: Node[] = []
    for (;;) {
      const sequence: Node[] = []
      while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') sequence.push(repeated())
      of.push({ kind: 'sequence', of: sequence })
      if (pattern[at] !== '|') return { kind: 'alternatives', of }
      at += 1
    }
  }

  function repeated(): Node {
    const of = atom()
    const [whole, sign, least, comma, most] = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(pattern.slice(at)) ?? []
    if (whole === undefined) return of
    at += whole.length
    if (sign !== undefined)
      return { kind: 'repeated', of, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity }
    const last = comma === '' ? least : most === '' ? Infinity : most
    return { kind: 'repeated', of, least: Number(least), most: Number(last) }
  }

  function atom(): Node {
    const rest = pattern.slice(at)
    const [opening] = /^\((?:\?:)?/.exec(rest) ?? []
    if (opening !== undefined) {
      at += opening.length
      const of = alternatives()
      at += 1
      return of
    }
    const [whole = ''] = /^(?:\[(?:\\[^]|[^\]\\])*\]|\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|[^])|[^])/.exec(rest) ?? []
    at += whole.length
    if (whole === '^' || whole === '$') return { kind: whole === '^' ? 'begin' : 'end' }
    if (/^(?:\\[0-9kbBpPc]|[?*+)])/.test(whole)) throw new RangeError(`has ${whole}, which is not supported`)
    if (whole.length === 1 && whole !== '.') return { kind: 'character', is: (character) => character === whole }
    // of one character: nothing to backtrack
    const one = new RegExp(`^${whole}$`, 's')
    return { kind: 'character', is: (character) => one.test(character) }
  }

  const parsed = alternatives()
  if (at < pattern.length) throw new RangeError('has a bracket that is not supported')
  return parsed
}

function stepsOf(pattern: Node): readonly Step[] {
  const steps: Step[] = []
  const add = <S extends Step>(step: S): S => {
    if (steps.length >= mostSteps) throw new RangeError('repeats too often')
    steps.push(step)
    return step
  }
  const addJump = (...to: number[]) => add({ kind: 'jump' as const, to })

  function addRepeated({ of, least, most }: Extract<Node, { kind: 'repeated' }>): void {
    for (let count = 0; count < least; count += 1) addNode(of)
    const forks: { to: number[] }[] = []
    for (let count = least; count < (most === Infinity ? least + 1 : most); count += 1) {
      const begin = steps.length
      forks.push(addJump(begin + 1))
      addNode(of)
      if (most === Infinity) addJump(begin)
    }
    for (const { to } of forks) to.push(steps.length)
  }

  function addNode(node: Node): void {
    if (node.kind === 'sequence') for (const each of node.of) addNode(each)
    else if (node.kind === 'repeated') addRepeated(node)
    else if (node.kind === 'alternatives') {
      const fork = addJump()
      const ends = node.of.map((each) => {
        fork.to.push(steps.length)
        addNode(each)
        return addJump()
      })
      for (const { to } of ends) to.push(steps.length)
    } else add(node)
  }

  addNode(pattern)
  return steps
}

function run(steps: readonly Step[], text: string): boolean {
  let current = reach(steps, [0], text, 0)
  for (let position = 0; position < text.length && current.size > 0; position += 1) {
    const character = text.charAt(position)
    const next = [...current].filter((index) => {
      const step = steps[index]
      return step?.kind === 'character' && step.is(character)
    })
    current = reach(
      steps,
      next.map((index) => index + 1),
      text,
      position + 1,
    )
  }
  return current.has(steps.length)
}

/** All steps that follow from these without a character. */
function reach(steps: readonly Step[], from: readonly number[], text: string, position: number): Set<number> {
  const reached = new Set(from)
  // what is added meanwhile is visited too
  for (const index of reached) {
    const step = steps[index]
    if (step?.kind === 'jump') for (const next of step.to) reached.add(next)
    else if (step?.kind === 'begin' ? position === 0 : step?.kind === 'end' && position === text.length)
      reached.add(index + 1)
  }
  return reached
}
