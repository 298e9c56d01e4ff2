// Owns reading TypeScript's source with TypeScript's own parser, into the few shapes of tree.ts.
import { SyntaxKind, type BindingElement, type BindingName, type Node, type NumericLiteral, type ParameterDeclaration, type SourceFile, type StringLiteral } from "typescript/unstable/ast";
import * as is from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/async";
import { createVirtualFileSystem } from "typescript/unstable/fs";
import type { Pattern, Source, Tree } from "./tree.ts";

const NOTHING: Tree = { kind: "other", items: [] };
const all = (nodes: Iterable<Node>): readonly Tree[] => [...nodes].map(treeOf);
function within(node: Node): readonly Tree[] {
  const found: Tree[] = [];
  node.forEachChild((child) => { found.push(treeOf(child)); return undefined; });
  return found;
}

function patternOf(name: BindingName, { dotDotDotToken, initializer }: Partial<Pick<BindingElement | ParameterDeclaration, "dotDotDotToken" | "initializer">> = {}): Pattern {
  const rest = dotDotDotToken === undefined ? {} : { isRest: true } as const;
  if (is.isIdentifier(name)) return { kind: "name", name: name.text, ...rest, ...(initializer === undefined ? {} : { initial: treeOf(initializer) }) };
  const elements = [...name.elements].map((element) => (is.isBindingElement(element) ? element : undefined));
  const inner = elements.map((element): Pattern => (element?.name === undefined ? { kind: "tuple", items: [] } : patternOf(element.name, element)));
  if (is.isArrayBindingPattern(name)) return { kind: "tuple", items: inner, ...rest };
  return { kind: "fields", fields: inner.map((pattern, i) => [keyOf(elements[i]?.propertyName ?? elements[i]?.name), pattern]), ...rest };
}
const keyOf = (node: Node | undefined): string => (node !== undefined && (is.isIdentifier(node) || is.isStringLiteral(node)) ? node.text : "");
const functionOf = (parameters: Iterable<ParameterDeclaration>, body: Node | undefined): Tree => ({ kind: "function", params: [...parameters].map((one) => patternOf(one.name, one)), body: body === undefined ? NOTHING : treeOf(body) });

/** What only the types are about, and what is waited for, is what stands in it. */
function innerOf(node: Node): Node | undefined {
  if (is.isAsExpression(node) || is.isSatisfiesExpression(node) || is.isParenthesizedExpression(node) || is.isAwaitExpression(node) || is.isNonNullExpression(node) || is.isExpressionStatement(node)) return node.expression;
  return undefined;
}
const isPlain = (node: Node): node is StringLiteral | NumericLiteral => is.isStringLiteral(node) || is.isNumericLiteral(node);
const EITHER: ReadonlySet<SyntaxKind> = new Set([SyntaxKind.QuestionQuestionToken, SyntaxKind.BarBarToken]);

function literalOf(node: Node): Tree | undefined {
  if (is.isStringLiteral(node) || is.isNoSubstitutionTemplateLiteral(node)) return { kind: "text", text: node.text };
  if (is.isTemplateExpression(node)) return { kind: "template", parts: [{ kind: "text", text: node.head.text }, ...[...node.templateSpans].flatMap(({ expression, literal }): Tree[] => [treeOf(expression), { kind: "text", text: literal.text }])] };
  if (is.isIdentifier(node)) return { kind: "name", name: node.text };
  if (is.isArrayLiteralExpression(node)) return { kind: "list", items: all(node.elements) };
  if (is.isSpreadElement(node)) return { kind: "spread", of: treeOf(node.expression) };
  if (is.isObjectLiteralExpression(node)) return objectOf([...node.properties]);
  return undefined;
}
function objectOf(properties: readonly Node[]): Tree {
  const fields = properties.flatMap((one): (readonly [string, Tree])[] => {
    if (is.isPropertyAssignment(one)) return [[keyOf(one.name), treeOf(one.initializer)]];
    if (is.isShorthandPropertyAssignment(one)) return [[keyOf(one.name), { kind: "name", name: keyOf(one.name) }]];
    return is.isMethodDeclaration(one) ? [[keyOf(one.name), functionOf(one.parameters, one.body)]] : [];
  });
  return { kind: "object", fields, spreads: properties.flatMap((one) => (is.isSpreadAssignment(one) ? [treeOf(one.expression)] : [])) };
}
function expressionOf(node: Node): Tree | undefined {
  if (is.isCallExpression(node) || is.isNewExpression(node)) return { kind: "call", callee: treeOf(node.expression), args: all(node.arguments ?? []) };
  if (is.isPropertyAccessExpression(node)) return { kind: "member", of: treeOf(node.expression), name: keyOf(node.name) };
  if (is.isElementAccessExpression(node) && isPlain(node.argumentExpression)) return { kind: "member", of: treeOf(node.expression), name: node.argumentExpression.text };
  if (is.isArrowFunction(node) || is.isFunctionExpression(node)) return functionOf(node.parameters, node.body);
  if (is.isConditionalExpression(node)) return { kind: "either", of: [treeOf(node.whenTrue), treeOf(node.whenFalse), { kind: "other", items: [treeOf(node.condition)] }] };
  if (is.isBinaryExpression(node) && EITHER.has(node.operatorToken.kind)) return { kind: "either", of: [treeOf(node.left), treeOf(node.right)] };
  return undefined;
}
function statementOf(node: Node): Tree | undefined {
  if (is.isBlock(node) || is.isSourceFile(node)) return { kind: "block", items: all(node.statements) };
  if (is.isVariableStatement(node)) return { kind: "other", items: all(node.declarationList.declarations) };
  if (is.isVariableDeclaration(node)) return { kind: "let", pattern: patternOf(node.name), ...(node.initializer === undefined ? {} : { value: treeOf(node.initializer) }) };
  if (is.isFunctionDeclaration(node)) return { kind: "let", pattern: { kind: "name", name: keyOf(node.name) }, value: functionOf(node.parameters, node.body) };
  if (is.isMethodDeclaration(node) || is.isConstructorDeclaration(node)) return functionOf(node.parameters, node.body);
  if (is.isReturnStatement(node)) return { kind: "return", value: node.expression === undefined ? NOTHING : treeOf(node.expression) };
  if (is.isForOfStatement(node)) return loopOf(node.initializer, node.expression, node.statement);
  return is.isImportDeclaration(node) ? importOf(node) : undefined;
}
function loopOf(item: Node, of: Node, body: Node): Tree {
  const [declared] = is.isVariableDeclarationList(item) ? item.declarations : [];
  return { kind: "loop", item: declared === undefined ? { kind: "tuple", items: [] } : patternOf(declared.name), of: treeOf(of), body: treeOf(body) };
}
function importOf(node: Node): Tree {
  if (!is.isImportDeclaration(node) || !is.isStringLiteral(node.moduleSpecifier)) return NOTHING;
  const named = node.importClause?.namedBindings;
  return { kind: "import", from: node.moduleSpecifier.text, names: named === undefined || !is.isNamedImports(named) ? [] : [...named.elements].map((one) => [one.name.text, keyOf(one.propertyName ?? one.name)]) };
}

function treeOf(node: Node): Tree {
  const inner = innerOf(node);
  if (inner !== undefined) return treeOf(inner);
  return literalOf(node) ?? expressionOf(node) ?? statementOf(node) ?? { kind: "other", items: within(node) };
}

async function sourcesOf(api: API, config: string, isWanted: (file: string) => boolean): Promise<readonly Source[]> {
  const snapshot = await api.updateSnapshot({ openProjects: [config] });
  const [project] = snapshot.getProjects();
  const files = (project?.rootFiles ?? []).filter(isWanted);
  const read = await Promise.all(files.map(async (file) => ({ file, source: await project?.program.getSourceFile(file) })));
  const sources = read.flatMap(({ file, source }: { file: string; source: SourceFile | undefined }) => (source === undefined ? [] : [{ file, tree: treeOf(source) }]));
  await api.close();
  return sources;
}

/** Files of this repository's tests. */
export const parsed = (root: string, isWanted: (file: string) => boolean): Promise<readonly Source[]> => sourcesOf(new API({ cwd: root }), `${root}/tsconfig.test.json`, isWanted);
/** Texts by name, as if they were files of one folder. */
export const parsedTexts = (texts: Readonly<Record<string, string>>): Promise<readonly Source[]> => {
  const files = Object.fromEntries(Object.entries(texts).map(([name, text]) => [`/texts/${name}`, text]));
  const config = JSON.stringify({ compilerOptions: { noLib: true, types: [], module: "NodeNext", moduleResolution: "NodeNext", allowImportingTsExtensions: true, noEmit: true }, include: ["*.ts"] });
  return sourcesOf(new API({ cwd: "/texts", fs: createVirtualFileSystem({ ...files, "/texts/tsconfig.json": config }) }), "/texts/tsconfig.json", () => true);
};
