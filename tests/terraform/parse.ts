import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** A block or an object of HCL: expressions are texts such as "${var.name}". */
export interface Fields {
  readonly [name: string]: any
}

/** A resource or a data source. */
export interface Resource {
  readonly type: string
  readonly name: string
  readonly fields: Fields
}

/** What the .tf files of one folder declare. */
export interface Module {
  readonly folder: string
  readonly resources: readonly Resource[]
  readonly data: readonly Resource[]
  readonly ephemeral: readonly Resource[]
  readonly variables: Readonly<Record<string, Fields>>
  readonly outputs: Readonly<Record<string, Fields>>
  readonly locals: Fields
  readonly calls: Readonly<Record<string, Fields>>
  readonly settings: readonly Fields[]
  readonly providers: Fields
  /** Values of terraform.tfvars. */
  readonly values: Fields
}

/** Of PyPI: python-hcl2. */
const parser = 'hcl2tojson'

/** Why nothing can be parsed; false if it can. */
export const lacksParser =
  spawnSync(parser, ['--version']).status === 0 ? false : `${parser} is not installed: pip install python-hcl2`

/** All modules below a folder, by their folders. @throws Error if a file is not HCL */
export function parseModules(root: string): Map<string, Module> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && /\.(tf|tfvars)$/.test(each.name) && !each.parentPath.includes('.terraform'))
    .map((each) => join(each.parentPath, each.name))
    .toSorted()
  const { status, stdout, stderr } = spawnSync(parser, ['--ndjson', '--quiet', '--strip-string-quotes', ...files], {
    encoding: 'utf8',
    maxBuffer: 100_000_000,
  })
  if (status !== 0) throw new Error(`${parser} fails: ${stderr}`)
  const texts = stdout.trim().split('\n')
  if (texts.length !== files.length) throw new Error(`${parser} wrote ${texts.length} of ${files.length} files`)
  const byFolder = Map.groupBy(
    files.map((file, index) => ({ file, content: JSON.parse(texts[index] ?? '') as Fields })),
    ({ file }) => relative(root, dirname(file)),
  )
  return new Map([...byFolder].map(([folder, parts]) => [folder, moduleOf(folder, parts)]))
}

function moduleOf(folder: string, parts: readonly { readonly file: string; readonly content: Fields }[]): Module {
  const blocks = (kind: string): Fields[] =>
    parts.flatMap(({ file, content }) => (file.endsWith('.tf') ? ((content[kind] ?? []) as Fields[]) : []))
  const named = (kind: string): Fields => Object.assign({}, ...blocks(kind)) as Fields
  const resources = (kind: string): Resource[] =>
    blocks(kind).flatMap((block) =>
      Object.entries(block).flatMap(([type, some]) =>
        Object.entries(some as Fields)
          .filter(([name]) => name !== marker)
          .map(([name, fields]) => ({ type, name, fields: fields as Fields })),
      ),
    )
  return {
    folder,
    resources: resources('resource'),
    data: resources('data'),
    ephemeral: resources('ephemeral'),
    variables: named('variable'),
    outputs: named('output'),
    locals: named('locals'),
    calls: named('module'),
    settings: blocks('terraform'),
    providers: named('provider'),
    values: Object.assign(
      {},
      ...parts.map(({ file, content }) => (file.endsWith('.tfvars') ? valuesIn(content) : {})),
    ) as Fields,
  }
}

/** Without the name of the file, which the parser adds. */
function valuesIn(content: Fields): Fields {
  return Object.fromEntries(Object.entries(content).filter(([name]) => name !== '__file__'))
}

// The parser marks blocks with it.
const marker = '__is_block__'
