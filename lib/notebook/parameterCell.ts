import type * as ts from "typescript";
import { NotebookError } from "../errors";
import { type Compiler, loadTypeScript } from "../kernel/tslab";

/** Kind of a parameter's value. */
export type ParameterKind = "string" | "number" | "boolean" | "null" | "array" | "object";

/** A constant of a parameters cell. */
export interface DeclaredParameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Whether the declared type names `null`. */
  readonly nullable: boolean;
  /** Source of the value. */
  readonly value: string;
  /** Source before the value: name, type and equals sign. */
  readonly before: string;
  /** Source after the value: "" or ` as Type`. */
  readonly after: string;
  /** Text of the `//` comment on the line where the declaration ends, or "". */
  readonly comment: string;
}

/**
 * Finds the constants of a parameters cell with the TypeScript parser that tslab itself runs the cell with.
 *
 * @param cellSource TypeScript; may hold `const name = literal;`, with or without a type, comments and blank lines
 * @throws NotebookError `parameters-cell` when it holds anything else, names the line (1-based)
 */
export function parseParameters(cellSource: string): DeclaredParameter[] {
  const compiler = loadTypeScript();
  const file = compiler.createSourceFile("parameters.ts", cellSource, compiler.ScriptTarget.ES2020, true);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: readonly ts.DiagnosticWithLocation[] };
  for (const { start, messageText } of parseDiagnostics) {
    const reason = compiler.flattenDiagnosticMessageText(messageText, " ");
    throw cellError(file, start, `TypeScript, found a mistake: ${reason}`);
  }
  return file.statements.flatMap((statement) => {
    const constants = compiler.isVariableStatement(statement) ? statement.declarationList : undefined;
    if (!constants || (constants.flags & compiler.NodeFlags.Const) === 0) {
      const found = firstLine(statement.getText(file));
      throw cellError(file, statement.getStart(file), `only "const name = value;", found ${found}`);
    }
    return constants.declarations.map((declaration) => readDeclaration(compiler, file, declaration, statement.end));
  });
}

function readDeclaration(
  compiler: Compiler,
  file: ts.SourceFile,
  declaration: ts.VariableDeclaration,
  statementEnd: number,
): DeclaredParameter {
  const start = declaration.getStart(file);
  if (!compiler.isIdentifier(declaration.name) || !declaration.initializer) {
    throw cellError(file, start, `only "const name = value;", found ${firstLine(declaration.getText(file))}`);
  }
  const name = declaration.name.text;
  const value = bareValue(compiler, declaration.initializer);
  const kind = literalKind(compiler, value);
  if (!kind) throw cellError(file, start, `a literal value of ${name}, found ${firstLine(value.getText(file))}`);
  const nullable = declaration.type !== undefined && /\bnull\b/.test(declaration.type.getText(file));
  const comment = /^[^\n]*?\/\/[ \t]*([^\n]*)/.exec(file.text.slice(statementEnd))?.[1].trim() ?? "";
  const before = file.text.slice(start, value.getStart(file));
  const after = file.text.slice(value.end, declaration.end);
  return { name, kind, nullable, value: value.getText(file), before, after, comment };
}

/** The value itself in `value as Type` and `value satisfies Type`. */
function bareValue(compiler: Compiler, expression: ts.Expression): ts.Expression {
  const wrapped = compiler.isAsExpression(expression) || compiler.isSatisfiesExpression(expression);
  return wrapped ? bareValue(compiler, expression.expression) : expression;
}

function literalKind(compiler: Compiler, value: ts.Expression): ParameterKind | undefined {
  const { SyntaxKind } = compiler;
  if (compiler.isStringLiteral(value) || compiler.isNoSubstitutionTemplateLiteral(value)) return "string";
  if (compiler.isNumericLiteral(value)) return "number";
  if (compiler.isPrefixUnaryExpression(value)) {
    const signed = value.operator === SyntaxKind.MinusToken || value.operator === SyntaxKind.PlusToken;
    return signed && compiler.isNumericLiteral(value.operand) ? "number" : undefined;
  }
  if (value.kind === SyntaxKind.TrueKeyword || value.kind === SyntaxKind.FalseKeyword) return "boolean";
  if (value.kind === SyntaxKind.NullKeyword) return "null";
  const isLiteral = (part: ts.Expression): boolean => literalKind(compiler, bareValue(compiler, part)) !== undefined;
  if (compiler.isArrayLiteralExpression(value)) return value.elements.every(isLiteral) ? "array" : undefined;
  if (!compiler.isObjectLiteralExpression(value)) return undefined;
  const plain = value.properties.every(
    (property) =>
      compiler.isPropertyAssignment(property) &&
      !compiler.isComputedPropertyName(property.name) &&
      isLiteral(property.initializer),
  );
  return plain ? "object" : undefined;
}

function cellError(file: ts.SourceFile, position: number, problem: string): NotebookError {
  const line = file.getLineAndCharacterOfPosition(position).line + 1;
  return new NotebookError("parameters-cell", `parameters cell, line ${line}: expected ${problem}`);
}

function firstLine(text: string): string {
  return text.split("\n")[0];
}
