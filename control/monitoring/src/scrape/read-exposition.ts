import type { Labels } from '../promql/syntax.ts'

/** The samples of an exposition by their keys: the line without its value. */
export interface Exposition {
  readonly samples: ReadonlyMap<string, number>
  /** Samples beyond the limit, which are left out. */
  readonly dropped: number
}

interface Wanted {
  readonly isKept: (name: string) => boolean
  readonly maxSamples: number
}

/** Reads the samples of some metrics of an exposition in the text format of Prometheus (0.0.4). Lines that are not valid are skipped. */
export function readExposition(text: string, { isKept, maxSamples }: Wanted): Exposition {
  const samples = new Map<string, number>()
  let dropped = 0
  let lastName = ''
  let isLastKept = false
  for (let begin = 0, end = 0; begin < text.length; begin = end + 1) {
    end = text.indexOf('\n', begin)
    if (end < 0) end = text.length
    if (text[begin] === '#' || end === begin) continue
    const line = text.slice(begin, end)
    const name = /^[a-zA-Z_:][\w:]*/.exec(line)?.[0]
    if (name === undefined) continue
    // Names repeat from line to line.
    if (name !== lastName) {
      lastName = name
      isLastKept = isKept(name)
    }
    if (!isLastKept) continue
    const keyEnd = line[name.length] === '{' ? line.lastIndexOf('}') + 1 : name.length
    const value = valueOf(line.slice(keyEnd))
    if (keyEnd === 0 || value === undefined) continue
    if (samples.size >= maxSamples) dropped += 1
    else samples.set(line.slice(0, keyEnd), value)
  }
  return { samples, dropped }
}

/** After the labels there are the value and, in some expositions, a time. */
function valueOf(rest: string): number | undefined {
  const [, text] = /^\s+(\S+)(?:\s+-?\d+)?\s*$/.exec(rest) ?? []
  if (text === undefined) return undefined
  if (/^[+-]?Inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (text === 'NaN') return Number.NaN
  const value = Number(text)
  return Number.isNaN(value) ? undefined : value
}

const longestLabel = 500

/** The labels of a key, with those of its target; labels of the metric that have their names are renamed as Prometheus does. */
export function labelsOf(key: string, target: { readonly job: string; readonly instance: string }): Labels {
  const brace = key.indexOf('{')
  const labels: Record<string, string> = { __name__: brace < 0 ? key : key.slice(0, brace) }
  if (brace >= 0) {
    for (const [, name = '', value = ''] of key
      .slice(brace + 1)
      .matchAll(/([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"/g)) {
      const plain = value.replaceAll(/\\(.)/g, (_, each: string) => (each === 'n' ? '\n' : each)).replaceAll('\0', '')
      // the name is that of the line
      if (plain === '' || name.startsWith('__')) continue
      labels[name === 'job' || name === 'instance' ? `exported_${name}` : name] = plain.slice(0, longestLabel)
    }
  }
  return { ...labels, job: target.job, instance: target.instance }
}
