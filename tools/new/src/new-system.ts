import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemNames } from '@stoa/system/load-system'
import { checkForm } from './check-name.ts'
import type { PlannedFile } from './new-service.ts'
import { Sorry } from './sorry.ts'
import { reword } from './words.ts'

const template = join(import.meta.dirname, '../system-template/wish-office.ts.template')
const templateName = 'wish-office'

/** The file of a new system: the services that every system with accounts has, and nothing else. @throws Sorry */
export function planSystem(root: string, name: string): PlannedFile {
  checkForm(name)
  const path = `systems/${name}.ts`
  if (systemNames().includes(name) || existsSync(join(root, path))) {
    throw new Sorry(`The system ${name} already exists, in ${path}.`)
  }
  return { path, text: reword(readFileSync(template, 'utf8'), templateName, name) }
}
