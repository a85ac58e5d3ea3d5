import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'

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
}

/** What is below a folder. */
export interface Tree {
  /** By their folders. */
  readonly modules: ReadonlyMap<string, Module>
  /** The values of each environment, by its name: those of environments/<name>.tfvars. */
  readonly environments: ReadonlyMap<string, Fields>
}

/** Of PyPI: python-hcl2. */
const parser = 'hcl2tojson'

/** Why nothing can be parsed; false if it can. */
export const lacksParser =
  spawnSync(parser, ['--version']).status === 0 ? false : `${parser} is not installed: pip install python-hcl2`

/** All modules and environments below a folder. @throws Error if a file is not HCL */
export function parseTree(root: string): Tree {
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
  const parsed = files.map((file, index) => ({ file, content: JSON.parse(texts[index] ?? '') as Fields }))
  const [values, declarations] = [true, false].map((areValues) =>
    parsed.filter(({ file }) => file.endsWith('.tfvars') === areValues),
  ) as [Parsed[], Parsed[]]
  const byFolder = Map.groupBy(declarations, ({ file }) => relative(root, dirname(file)))
  return {
    modules: new Map([...byFolder].map(([folder, parts]) => [folder, moduleOf(folder, parts)])),
    environments: new Map(values.map(({ file, content }) => [basename(file, '.tfvars'), valuesIn(content)])),
  }
}

interface Parsed {
  readonly file: string
  readonly content: Fields
}

function moduleOf(folder: string, parts: readonly Parsed[]): Module {
  const blocks = (kind: string): Fields[] => parts.flatMap(({ content }) => (content[kind] ?? []) as Fields[])
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
  }
}

/** Without the name of the file, which the parser adds. */
function valuesIn(content: Fields): Fields {
  return Object.fromEntries(Object.entries(content).filter(([name]) => name !== '__file__'))
}

// The parser marks blocks with it.
const marker = '__is_block__'
