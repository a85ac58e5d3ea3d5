import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Deployment } from '@stoa/system/topology'
import { describeLevel } from './contract-part.ts'
import { markdownTable } from './markdown-table.ts'

/** The table of services in the README: every process of the topology, what it is and what it promises. */
export async function servicesPart(root: string, deployments: readonly Deployment[]): Promise<string> {
  const rows = await Promise.all(
    deployments.map(async ({ name, folder, port, contract }) => [
      `[${name}](${folder}/README.md)`,
      String(port),
      contract === undefined ? await firstSentence(join(root, folder)) : await describedAs(root, name),
      contract === undefined ? '' : describeLevel(contract.slo),
    ]),
  )
  return markdownTable(['service', 'port', 'what it is', 'availability · p99 · errors'], rows)
}

async function describedAs(root: string, name: string): Promise<string> {
  const path = `contracts/${name}/service.ts`
  const text = await readFile(join(root, path), 'utf8')
  const sentence = /\/\*\* ([^\n]+) \*\/\nexport const \w+(?:: \w+Service = described$| = describeService)/m.exec(
    text,
  )?.[1]
  if (sentence === undefined) throw new Error(`${path} does not describe the service in one sentence`)
  return sentence
}

async function firstSentence(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'README.md'), 'utf8')
  const sentence = /^# .+\n\n([^]+?\.)\s/.exec(text)?.[1]
  if (sentence === undefined) throw new Error(`${folder}/README.md does not begin with a sentence`)
  return sentence
}
