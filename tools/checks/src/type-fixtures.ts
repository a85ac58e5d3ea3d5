import { execFile } from 'node:child_process'
import { join } from 'node:path'

export interface Refusal {
  /** 1-based line that the compiler must refuse. */
  readonly line: number
  readonly why: string
}

export interface CompilerError {
  readonly file: string
  readonly line: number
  readonly message: string
}

/** The lines below each `// refused: why` of a fixture. */
export function readRefusals(text: string): Refusal[] {
  return text.split('\n').flatMap((content, index) => {
    const why = /^\s*\/\/ refused: (.+)$/.exec(content)?.[1]
    return why === undefined ? [] : [{ line: index + 2, why }]
  })
}

/** Errors in the plain output of tsc; what continues an error on further lines is left out. */
export function parseCompilerErrors(output: string): CompilerError[] {
  return output.split('\n').flatMap((content) => {
    const [, file, line, message] = /^(.+?)\((\d+),\d+\): error (.+)$/.exec(content) ?? []
    return file === undefined || message === undefined ? [] : [{ file, line: Number(line), message }]
  })
}

/** Compiles `project` once, without output, and returns what TypeScript objects to, with paths relative to `root`. */
export function compile(root: string, project: string): Promise<CompilerError[]> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [tsc, '--noEmit', '--pretty', 'false', '-p', project],
      { cwd: root, maxBuffer: 64e6 },
      (_failure, stdout, stderr) => {
        const errors = parseCompilerErrors(stdout)
        // A compiler that could not start, or that objects to its settings, also exits without success.
        if (child.exitCode !== 0 && errors.length === 0) reject(new Error(stdout + stderr))
        else resolve(errors)
      },
    )
  })
}
