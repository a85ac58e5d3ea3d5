import { NativeSelect, Textarea, TextInput } from '@mantine/core'

interface Described {
  readonly name: string
  readonly label: string
  readonly help?: string
  /** What the field has at first. */
  readonly value?: string
}

/** Something that is entered or chosen in the dialog of an action. */
export type ActionField =
  | (Described & {
      readonly kind: 'line' | 'text'
      readonly isRequired?: boolean
      readonly maxLength: number
      readonly rows?: number
    })
  | (Described & {
      readonly kind: 'choice'
      readonly options: readonly { readonly value: string; readonly label: string }[]
    })

/** The values of the fields by their names, without the spaces around them. */
export type FieldValues = Readonly<Record<string, string>>

/** What the fields of an action have at first: a choice its first option. */
export function initialValues(fields: readonly ActionField[]): FieldValues {
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      field.value ?? (field.kind === 'choice' ? (field.options[0]?.value ?? '') : ''),
    ]),
  )
}

/** The names of the required fields that are empty. */
export function missingOf(fields: readonly ActionField[], values: FieldValues): string[] {
  return fields
    .filter((field) => field.kind !== 'choice' && field.isRequired === true && (values[field.name] ?? '').trim() === '')
    .map(({ name }) => name)
}

interface ActionFieldsProps {
  readonly fields: readonly ActionField[]
  readonly values: FieldValues
  readonly missing: readonly string[]
  readonly onChange: (name: string, value: string) => void
}

/** The fields of the dialog of an action. */
export function ActionFields({ fields, values, missing, onChange }: ActionFieldsProps) {
  return fields.map((field, index) => {
    const { name, label, help } = field
    const shared = {
      label,
      value: values[name] ?? '',
      ...(help === undefined ? {} : { description: help }),
      ...(missing.includes(name) ? { error: `${label} is required` } : {}),
      ...(index === 0 ? { 'data-autofocus': true } : {}),
      onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
        onChange(name, currentTarget.value),
    }
    if (field.kind === 'choice') return <NativeSelect key={name} {...shared} data={[...field.options]} />
    const { maxLength, isRequired = false } = field
    const text = { ...shared, maxLength, required: isRequired, withAsterisk: false }
    return field.kind === 'text' ? (
      <Textarea key={name} {...text} rows={field.rows ?? 3} />
    ) : (
      <TextInput key={name} {...text} />
    )
  })
}
