// Turns of phrase that several verbs share. Pure and small: the quick verbs load it.

export const DEFAULT_ENVIRONMENT = 'default'

/** `tenon switch dev`, but `tenon switch` where it is the default. */
export function withEnvironment(command: string, environment: string, option = ''): string {
  return environment === DEFAULT_ENVIRONMENT ? command : `${command} ${option}${environment}`
}

/** `1 package`, `2 packages` */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

export function rolledBackText(environment: string): string {
  const command = withEnvironment('tenon switch', environment)
  return `\`environments/${environment}.yaml\` still says what it said; \`${command}\` follows it again`
}
