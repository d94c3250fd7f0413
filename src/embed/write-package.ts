import {displayName} from '../protocol/project/project-file.ts'
import type {ClientContent} from './client-content.ts'
import {writeClient} from './write-client.ts'

/** A file of a package, with its path inside the folder of the package. */
export interface PackageFile {
  readonly path: string
  readonly text: string
  /** The project edits this file: one that exists already is kept. */
  readonly isEdited: boolean
}

/** The name by which programs import the package of a project: its id is a word of letters, digits and hyphens. */
export const moduleOf = (project: string): string => `${project.replaceAll('-', '_')}_usage`

/**
 * Writes the Python package of one project: the one-file client as its module, typed, with a program of its name. Built
 * with setuptools. Pure but for reading the template of the client.
 */
export function writePythonPackage(content: ClientContent): readonly PackageFile[] {
  const module = moduleOf(content.project.project)
  return [
    {path: 'pyproject.toml', text: pyproject(content, module), isEdited: true},
    {path: `${module}/__init__.py`, text: writeClient('python', content, module), isEdited: false},
    {path: `${module}/__main__.py`, text: mainModule(module), isEdited: false},
    {path: `${module}/py.typed`, text: '', isEdited: false},
  ]
}

const mainModule = (module: string): string => `"""Made by \`usage embed\`: the program \`python3 -m ${module}\`."""

import sys

from ${module} import main

sys.exit(main())
`

function pyproject({project}: ClientContent, module: string): string {
  const name = `${project.project}-usage`
  return `# Made by \`usage embed --package\`, which keeps your changes to this file.
[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "${name}"
version = "1.0.0"  # Raise it when the client is made again.
description = ${JSON.stringify(`Counts the use of ${displayName(project)}`)}
requires-python = ">=3.6"

[project.scripts]
${name} = "${module}:main"

[tool.setuptools]
packages = ["${module}"]

[tool.setuptools.package-data]
${module} = ["py.typed"]
`
}
