import type { Check } from './check.ts'

/** How many facts hold, and how many do not. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
}

const shownComplaints = 20

/** Looks at one fact after another, and tells what speaks against it. */
export async function judge<Needs>(
  facts: readonly Check<Needs>[],
  needs: Needs,
  print: (line: string) => void,
): Promise<Outcome> {
  let passed = 0
  for (const { fact, complaints } of facts) {
    const found = await complaints(needs)
    if (found.length === 0) passed += 1
    print(`${found.length === 0 ? 'ok    ' : 'FAILED'}  ${fact}`)
    for (const complaint of found.slice(0, shownComplaints)) print(`          ${complaint}`)
    if (found.length > shownComplaints) print(`          and ${found.length - shownComplaints} more`)
  }
  return { passed, failed: facts.length - passed }
}
