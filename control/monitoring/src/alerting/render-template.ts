import { PromqlError, type Labels } from '../promql/syntax.ts'

const placeholder = /\{\{(.*?)\}\}/gs
const labelOf = /^\s*\$labels\.([a-zA-Z_]\w*)\s*$/
const value = /^\s*\$value\s*$/

/** Checks the template of a label or an annotation: it can contain `{{ $labels.NAME }}` and `{{ $value }}`. @throws PromqlError */
export function checkTemplate(template: string): void {
  for (const [whole, inner = ''] of template.matchAll(placeholder)) {
    if (!labelOf.test(inner) && !value.test(inner)) throw new PromqlError(`the placeholder ${whole} is not supported`)
  }
}

/** Fills in the labels and the value of a sample; a missing label is empty. */
export function renderTemplate(template: string, sample: { readonly labels: Labels; readonly value: number }): string {
  return template.replaceAll(placeholder, (_, inner: string) => {
    const [, name] = labelOf.exec(inner) ?? []
    return name === undefined ? String(sample.value) : (sample.labels[name] ?? '')
  })
}
