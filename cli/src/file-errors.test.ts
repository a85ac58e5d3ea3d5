import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { atGivenPath, fileProblem } from './file-errors.ts'

const problemOf = (work: Promise<unknown>) => work.then(() => 'none', fileProblem)

test('says in a sentence why a path cannot be used, and leaves bugs alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-file-errors-'))
  try {
    const file = join(folder, 'file')
    await writeFile(file, '')
    expect(await problemOf(mkdir(file, { recursive: true }))).toBe(
      `cannot use ${file}: a file of this name exists where a folder is needed`,
    )
    expect(await problemOf(mkdir(join(folder, 'missing/below')))).toBe(
      `cannot use ${join(folder, 'missing/below')}: no folder can be made there`,
    )
    expect(await problemOf(writeFile(join(folder, 'missing/file'), ''))).toBeUndefined()
    expect(await problemOf(writeFile(join(file, 'below'), ''))).toBe(
      `cannot use ${join(file, 'below')}: a part of the path is a file, not a folder`,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
  expect(await problemOf(Promise.reject(new TypeError('a bug')))).toBeUndefined()
  expect(await problemOf(Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })))).toBeUndefined()
})

test('a path that was given and is missing is a sentence: the file to read, or the folder to write into', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stoa-file-errors-'))
  const failing = (path: string, work: () => Promise<unknown>) =>
    atGivenPath(path, work).then(
      () => 'none',
      (error: Error) => [error.name, error.message],
    )
  try {
    const [missing, below] = [join(folder, 'file'), join(folder, 'missing/file')]
    expect(await failing(missing, () => readFile(missing))).toEqual([
      'CommandFailed',
      `cannot use ${missing}: there is no such file`,
    ])
    expect(await failing(below, () => writeFile(below, ''))).toEqual([
      'CommandFailed',
      `cannot use ${below}: its folder does not exist`,
    ])
    expect(await failing(below, () => writeFile(`${below}.new`, ''))).toContain(
      `cannot use ${below}: its folder does not exist`,
    )
    const isFolder = ['CommandFailed', `cannot use ${folder}: it is a folder, not a file`]
    expect(await failing(folder, () => writeFile(folder, ''))).toEqual(isFolder)
    await writeFile(`${folder}.new`, '')
    expect(await failing(folder, () => rename(`${folder}.new`, folder))).toEqual(isFolder)
    expect(await problemOf(writeFile(folder, ''))).toBe(isFolder[1])
    expect(await atGivenPath(missing, async () => 'read')).toBe('read')
  } finally {
    await rm(folder, { recursive: true })
    await rm(`${folder}.new`, { force: true })
  }
})
