/** Text of a template that takes the place of a value, which YAML would quote. */
const inline = 'helmValue'
/** Text of a template that takes the place of a whole line: as a key of a mapping. */
const line = 'helmLines'

/** A value that is rendered by this expression: `.Release.Namespace`. */
export function rendered(expression: string): string {
  return `${inline}${encode(`{{ ${expression} }}`)}x`
}

/** An entry of a mapping whose line is replaced by these lines of a template, indented as far as it is. */
export function renderedLines(...lines: readonly string[]): Readonly<Record<string, null>> {
  return { [`${line}${encode(lines.join('\n'))}x`]: null }
}

/** The YAML of a template: the text of each value and line in its place. */
export function fillHoles(yaml: string): string {
  return yaml
    .replaceAll(/^( *)helmLines([0-9a-f]+)x: null$/gm, (_, indent: string, code: string) =>
      decode(code)
        .split('\n')
        .map((each) => indent + each)
        .join('\n'),
    )
    .replaceAll(/helmValue([0-9a-f]+)x/g, (_, code: string) => decode(code))
}

const encode = (text: string) => Buffer.from(text).toString('hex')
const decode = (code: string) => Buffer.from(code, 'hex').toString()
