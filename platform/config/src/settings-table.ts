import type { Config } from './config.ts'
import { describeExpected } from './setting-values.ts'
import type { Setting } from './settings.ts'

/** Returns the settings as a Markdown table: name, default, accepted values, meaning. Shows no secret and no default of a secret. */
export function settingsTable(config: Config): string {
  const rows = Object.entries(config.settings).map(([name, each]) => [
    `\`${name}\``,
    describeDefault(each),
    describeExpected(each.schema) + (each.unit === undefined ? '' : `, in ${each.unit}`),
    each.doc +
      (each.isReloadable ? ' Reloadable.' : '') +
      (each.isSecret ? ` A secret; \`${name}_FILE\` can name a file that contains it.` : ''),
  ])
  const lines = [['setting', 'default', 'accepted', 'meaning'], ['---', '---', '---', '---'], ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`,
  )
  return `${lines.join('\n')}\n`
}

function describeDefault(each: Setting): string {
  const value = each.default ?? each.embeddedDefault
  if (value === undefined) return each.isOptional ? 'none' : 'required'
  const shown = each.isSecret ? 'a demonstration secret' : `\`${showValue(value)}\``
  if (each.productionDefault !== undefined) return `${shown}; \`${showValue(each.productionDefault)}\` in production`
  return each.default === undefined ? `${shown}; required in production` : shown
}

function showValue(value: unknown): string {
  if (Array.isArray(value)) return value.map(showValue).join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
