import { readFile } from 'node:fs/promises'
import { StartError } from '@stoa/kernel'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { PromqlError } from '../promql/syntax.ts'
import { parseDuration } from '../promql/tokens.ts'
import { ruleOf, type AlertRule } from './alert-rule.ts'
import { checkTemplate } from './render-template.ts'

const Texts = Type.Record(Type.String(), Type.String())
const closed = { additionalProperties: false }

/** The part of a rule file of Prometheus that is supported. Anything else is refused, as a rule that is ignored raises no alert. */
const RuleFile = Type.Object(
  {
    groups: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          rules: Type.Array(
            Type.Object(
              {
                alert: Type.String({ minLength: 1, maxLength: 200 }),
                expr: Type.String({ minLength: 1 }),
                for: Type.Optional(Type.String()),
                labels: Type.Optional(Texts),
                annotations: Type.Optional(Texts),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
  },
  closed,
)
type RuleFile = Static<typeof RuleFile>

/** Reads the rules of a file that Prometheus can load. @throws StartError that names the rule and what is not supported */
export async function readRuleFile(path: string): Promise<AlertRule[]> {
  const { parse } = await import('yaml')
  try {
    return rulesOf(parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(
      `the alert rules of ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** Reads rules, as a rule file contains them. @throws StartError */
export function rulesOf(content: unknown): AlertRule[] {
  if (!Value.Check(RuleFile, content)) {
    const [first] = Value.Errors(RuleFile, content)
    throw new StartError(`the alert rules are not valid: ${first?.instancePath ?? ''} ${first?.message ?? ''}`)
  }
  return content.groups.flatMap(({ rules }) => rules.map(readRule))
}

function readRule(written: RuleFile['groups'][number]['rules'][number]): AlertRule {
  const forMs = written.for === undefined ? 0 : parseDuration(written.for)
  if (forMs === undefined) throw new StartError(`the alert rule ${written.alert} has no valid duration: ${written.for}`)
  try {
    const texts = [...Object.values(written.labels ?? {}), ...Object.values(written.annotations ?? {})]
    for (const text of texts) checkTemplate(text)
    return ruleOf(written, forMs)
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error
    throw new StartError(`the alert rule ${written.alert} cannot be evaluated: ${error.message}`)
  }
}
