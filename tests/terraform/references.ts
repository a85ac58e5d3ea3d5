import { join } from 'node:path'
import type { Fields, Module } from './parse.ts'

/** What is declared wrongly or referred to without being declared, in a sentence each. */
export function referenceProblems(module: Module, modules: ReadonlyMap<string, Module>): string[] {
  const { folder, variables, outputs, locals, calls } = module
  const text = JSON.stringify(module)
  const found = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((each) => each.slice(1).join('.')))]
  const used = found(/\bvar\.(\w+)/g)
  const declared = (kind: 'resources' | 'data' | 'ephemeral') => module[kind].map(({ type, name }) => `${type}.${name}`)
  const resources = found(/(?<![\w.])(aws_\w+)\.(\w+)/g).filter((each) => !declared('resources').includes(each))
  const data = found(/\bdata\.(aws_\w+)\.(\w+)/g).filter((each) => !declared('data').includes(each))
  const ephemeral = found(/\bephemeral\.(aws_\w+)\.(\w+)/g).filter((each) => !declared('ephemeral').includes(each))
  return [
    ...Object.entries({ variable: variables, output: outputs }).flatMap(([kind, all]) =>
      Object.entries(all).flatMap(([name, { description = '' }]) =>
        description === '' ? [`${folder}: the ${kind} ${name} has no description`] : [],
      ),
    ),
    ...Object.entries(variables).flatMap(([name, { type }]) =>
      type === undefined ? [`${folder}: the variable ${name} has no type`] : [],
    ),
    ...used.filter((each) => !(each in variables)).map((each) => `${folder}: there is no variable ${each}`),
    ...Object.keys(variables)
      .filter((each) => !used.some((name) => name === each && isUsedOutside(module, each)))
      .map((each) => `${folder}: nothing uses the variable ${each}`),
    ...found(/\blocal\.(\w+)/g).flatMap((each) => (each in locals ? [] : [`${folder}: there is no local ${each}`])),
    ...[...resources, ...data, ...ephemeral].map((each) => `${folder}: there is no ${each}`),
    ...found(/\bmodule\.(\w+)(?:\[\w+\])?\.(\w+)/g).flatMap((each) => outputProblems(each, module, modules)),
    ...Object.entries(calls).flatMap(([name, call]) => callProblems(name, call, module, modules)),
  ]
}

/** A validation that names its own variable is no use of it. */
function isUsedOutside({ variables, ...others }: Module, name: string): boolean {
  return new RegExp(String.raw`\bvar\.${name}\b`).test(JSON.stringify(others))
}

/** The module that a call names, if it is a folder of ours. */
export function calledBy(call: Fields, folder: string, modules: ReadonlyMap<string, Module>): Module | undefined {
  const source = String(call['source'])
  return source.startsWith('.') ? modules.get(join(folder, source)) : undefined
}

function outputProblems(reference: string, { folder, calls }: Module, modules: ReadonlyMap<string, Module>): string[] {
  const [name = '', output = ''] = reference.split('.')
  const call = calls[name]
  if (call === undefined) return [`${folder}: there is no module ${name}`]
  const called = calledBy(call, folder, modules)
  return called === undefined || output in called.outputs ? [] : [`${folder}: module ${name} has no output ${output}`]
}

const ofCalls = new Set(['source', 'version', 'count', 'for_each', 'depends_on', 'providers', '__is_block__'])

function callProblems(name: string, call: Fields, { folder }: Module, modules: ReadonlyMap<string, Module>): string[] {
  const called = calledBy(call, folder, modules)
  if (called === undefined)
    return String(call['source']).startsWith('.')
      ? [`${folder}: module ${name} has no folder`]
      : /^\d+\.\d+\.\d+$/.test(String(call['version']))
        ? []
        : [`${folder}: module ${name} has no exact version`]
  const given = Object.keys(call).filter((each) => !ofCalls.has(each))
  const needed = Object.entries(called.variables).filter(([, each]) => !('default' in each))
  return [
    ...given.flatMap((each) => (each in called.variables ? [] : [`${folder}: module ${name} takes no ${each}`])),
    ...needed.flatMap(([each]) => (given.includes(each) ? [] : [`${folder}: module ${name} lacks ${each}`])),
  ]
}

/** What the values of an environment lack, or set without a variable of the root. */
export function valueProblems(environment: string, values: Fields, { variables }: Module): string[] {
  const needed = Object.entries(variables).flatMap(([name, each]) => ('default' in each ? [] : [name]))
  return [
    ...Object.keys(values).flatMap((each) =>
      each in variables ? [] : [`${environment}: there is no variable ${each}`],
    ),
    ...needed.flatMap((each) => (each in values ? [] : [`${environment}: the variable ${each} has no value`])),
  ]
}
