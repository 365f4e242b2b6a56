// Generated from core/package-schema.ts by `npm run gen`; not for editing.
// @ts-nocheck
"use strict";
export const validatePackage = validate10;
const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","required":["tenon","name","version","type","description"],"additionalProperties":false,"properties":{"tenon":{"const":1},"name":{"type":"string","pattern":"^[a-z0-9][a-z0-9._-]{0,199}$"},"version":{"type":["string","number"],"maxLength":256},"type":{"enum":["ability","app","library","plugin","tool","resource","service"]},"description":{"type":"string","minLength":1,"maxLength":2048},"license":{"type":"string","minLength":1,"maxLength":2048},"homepage":{"type":"string","minLength":1,"maxLength":2048,"pattern":"^https?://[^\\s]+$"},"systems":{"type":["array","null"],"minItems":1,"items":{"enum":["x86_64-linux","aarch64-linux"]}},"dependencies":{"type":["array","null"],"items":{"$ref":"#/$defs/requirement"}},"commands":{"type":["object","null"],"maxProperties":1000,"propertyNames":{"pattern":"^(?!\\.)(?!__proto__$)[A-Za-z0-9._+@-]{1,128}$"},"additionalProperties":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}},"variables":{"type":["object","null"],"propertyNames":{"maxLength":256,"pattern":"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$","allOf":[{"pattern":"^(?!PATH$)"},{"pattern":"^(?!TENON_)"}]},"additionalProperties":{"type":["string","number","boolean","object"],"maxLength":32768,"required":["path"],"additionalProperties":false,"properties":{"path":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}}}},"files":{"type":["object","null"],"maxProperties":1000,"propertyNames":{"maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"additionalProperties":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}},"services":{"type":["object","null"],"maxProperties":100,"propertyNames":{"pattern":"^[a-z][a-z0-9-]{0,62}$"},"additionalProperties":{"type":"object","required":["command"],"additionalProperties":false,"properties":{"command":{"type":"array","minItems":1,"maxItems":1000,"items":{"type":["string","number","boolean"],"maxLength":4096}},"ready":{"type":"object","maxProperties":2,"additionalProperties":false,"properties":{"http":{"type":"string","minLength":1,"maxLength":2048,"pattern":"^http://(?:127\\.0\\.0\\.1|localhost)(?::|/|$)"},"port":{"type":"integer","minimum":1,"maximum":65535},"file":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"timeout":{"type":"integer","minimum":1,"maximum":3600}}},"variables":{"type":["object","null"],"propertyNames":{"maxLength":256,"pattern":"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$","allOf":[{"pattern":"^(?!PATH$)"},{"pattern":"^(?!TENON_)"}]},"additionalProperties":{"type":["string","number","boolean","object"],"maxLength":32768,"required":["path"],"additionalProperties":false,"properties":{"path":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}}}},"directory":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}}}},"on":{"type":["object","null"],"additionalProperties":false,"properties":{"x86_64-linux":{"$ref":"#/$defs/part"},"aarch64-linux":{"$ref":"#/$defs/part"}}},"metadata":{"type":["object","null"],"propertyNames":{"pattern":"^(?!__proto__$)"}}},"$defs":{"short":{"type":"string","maxLength":2048,"pattern":"^[a-z][a-z0-9-]*:\\S"},"npm":{"type":"object","required":["npm"],"additionalProperties":false,"properties":{"npm":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"pypi":{"type":"object","required":["pypi"],"additionalProperties":false,"properties":{"pypi":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"deb":{"type":"object","required":["deb"],"additionalProperties":false,"properties":{"deb":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"git":{"type":"object","required":["git"],"additionalProperties":false,"properties":{"git":{"type":"string","minLength":1,"maxLength":2048},"rev":{"type":["string","number"],"minLength":1,"maxLength":2048},"directory":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"url":{"type":"object","required":["url"],"additionalProperties":false,"properties":{"url":{"type":"string","minLength":1,"maxLength":2048},"sha256":{"type":["string","number"],"pattern":"^[0-9A-Fa-f]{64}$"},"integrity":{"type":"string","pattern":"^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"},"unpack":{"type":"boolean"},"strip":{"type":"integer","minimum":0,"maximum":16},"executable":{"type":"boolean"},"place":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"path":{"type":"object","required":["path"],"additionalProperties":false,"properties":{"path":{"type":"string","minLength":1,"maxLength":2048},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"registry":{"type":"object","required":["registry"],"additionalProperties":false,"properties":{"registry":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"requirement":{"anyOf":[{"$ref":"#/$defs/short"},{"$ref":"#/$defs/npm"},{"$ref":"#/$defs/pypi"},{"$ref":"#/$defs/deb"},{"$ref":"#/$defs/git"},{"$ref":"#/$defs/url"},{"$ref":"#/$defs/path"},{"$ref":"#/$defs/registry"}]},"part":{"type":"object","additionalProperties":false,"properties":{"dependencies":{"type":["array","null"],"items":{"$ref":"#/$defs/requirement"}},"commands":{"type":["object","null"],"maxProperties":1000,"propertyNames":{"pattern":"^(?!\\.)(?!__proto__$)[A-Za-z0-9._+@-]{1,128}$"},"additionalProperties":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}},"variables":{"type":["object","null"],"propertyNames":{"maxLength":256,"pattern":"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$","allOf":[{"pattern":"^(?!PATH$)"},{"pattern":"^(?!TENON_)"}]},"additionalProperties":{"type":["string","number","boolean","object"],"maxLength":32768,"required":["path"],"additionalProperties":false,"properties":{"path":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}}}}}}}};
const func2 = Object.prototype.hasOwnProperty;
const pattern0 = new RegExp("^[a-z0-9][a-z0-9._-]{0,199}$", "u");
const pattern1 = new RegExp("^https?://[^\\s]+$", "u");
const pattern7 = new RegExp("^(?!\\.)(?!__proto__$)[A-Za-z0-9._+@-]{1,128}$", "u");
const pattern3 = new RegExp("^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$", "u");
const pattern9 = new RegExp("^(?!PATH$)", "u");
const pattern10 = new RegExp("^(?!TENON_)", "u");
const pattern11 = new RegExp("^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$", "u");
const pattern15 = new RegExp("^[a-z][a-z0-9-]{0,62}$", "u");
const pattern16 = new RegExp("^http://(?:127\\.0\\.0\\.1|localhost)(?::|/|$)", "u");
const pattern29 = new RegExp("^(?!__proto__$)", "u");
const schema12 = {"anyOf":[{"$ref":"#/$defs/short"},{"$ref":"#/$defs/npm"},{"$ref":"#/$defs/pypi"},{"$ref":"#/$defs/deb"},{"$ref":"#/$defs/git"},{"$ref":"#/$defs/url"},{"$ref":"#/$defs/path"},{"$ref":"#/$defs/registry"}]};
const schema13 = {"type":"string","maxLength":2048,"pattern":"^[a-z][a-z0-9-]*:\\S"};
const schema14 = {"type":"object","required":["npm"],"additionalProperties":false,"properties":{"npm":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema15 = {"type":"object","required":["pypi"],"additionalProperties":false,"properties":{"pypi":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema16 = {"type":"object","required":["deb"],"additionalProperties":false,"properties":{"deb":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema17 = {"type":"object","required":["git"],"additionalProperties":false,"properties":{"git":{"type":"string","minLength":1,"maxLength":2048},"rev":{"type":["string","number"],"minLength":1,"maxLength":2048},"directory":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema18 = {"type":"object","required":["url"],"additionalProperties":false,"properties":{"url":{"type":"string","minLength":1,"maxLength":2048},"sha256":{"type":["string","number"],"pattern":"^[0-9A-Fa-f]{64}$"},"integrity":{"type":"string","pattern":"^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"},"unpack":{"type":"boolean"},"strip":{"type":"integer","minimum":0,"maximum":16},"executable":{"type":"boolean"},"place":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema19 = {"type":"object","required":["path"],"additionalProperties":false,"properties":{"path":{"type":"string","minLength":1,"maxLength":2048},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema20 = {"type":"object","required":["registry"],"additionalProperties":false,"properties":{"registry":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const pattern2 = new RegExp("^[a-z][a-z0-9-]*:\\S", "u");
const pattern4 = new RegExp("^[0-9A-Fa-f]{64}$", "u");
const pattern5 = new RegExp("^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$", "u");

function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
const _errs0 = errors;
let valid0 = false;
const _errs1 = errors;
if(typeof data === "string"){
if(data.length > 2048){
const err0 = {instancePath,schemaPath:"#/$defs/short/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(!pattern2.test(data)){
const err1 = {instancePath,schemaPath:"#/$defs/short/pattern",keyword:"pattern",params:{pattern: "^[a-z][a-z0-9-]*:\\S"},message:"must match pattern \""+"^[a-z][a-z0-9-]*:\\S"+"\""};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
else {
const err2 = {instancePath,schemaPath:"#/$defs/short/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
var _valid0 = _errs1 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs4 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.npm === undefined){
const err3 = {instancePath,schemaPath:"#/$defs/npm/required",keyword:"required",params:{missingProperty: "npm"},message:"must have required property '"+"npm"+"'"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 in data){
if(!(((key0 === "npm") || (key0 === "version")) || (key0 === "priority"))){
const err4 = {instancePath,schemaPath:"#/$defs/npm/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.npm !== undefined){
let data0 = data.npm;
if(typeof data0 === "string"){
if(data0.length > 2048){
const err5 = {instancePath:instancePath+"/npm",schemaPath:"#/$defs/npm/properties/npm/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data0.length < 1){
const err6 = {instancePath:instancePath+"/npm",schemaPath:"#/$defs/npm/properties/npm/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/npm",schemaPath:"#/$defs/npm/properties/npm/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.version !== undefined){
let data1 = data.version;
if((typeof data1 !== "string") && (!((typeof data1 == "number") && (isFinite(data1))))){
const err8 = {instancePath:instancePath+"/version",schemaPath:"#/$defs/npm/properties/version/type",keyword:"type",params:{type: schema14.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.priority !== undefined){
let data2 = data.priority;
if(!(((typeof data2 == "number") && (!(data2 % 1) && !isNaN(data2))) && (isFinite(data2)))){
const err9 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/npm/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if((typeof data2 == "number") && (isFinite(data2))){
if(data2 > 1000 || isNaN(data2)){
const err10 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/npm/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data2 < -1000 || isNaN(data2)){
const err11 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/npm/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
}
}
else {
const err12 = {instancePath,schemaPath:"#/$defs/npm/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
var _valid0 = _errs4 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs14 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.pypi === undefined){
const err13 = {instancePath,schemaPath:"#/$defs/pypi/required",keyword:"required",params:{missingProperty: "pypi"},message:"must have required property '"+"pypi"+"'"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
for(const key1 in data){
if(!(((key1 === "pypi") || (key1 === "version")) || (key1 === "priority"))){
const err14 = {instancePath,schemaPath:"#/$defs/pypi/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.pypi !== undefined){
let data3 = data.pypi;
if(typeof data3 === "string"){
if(data3.length > 2048){
const err15 = {instancePath:instancePath+"/pypi",schemaPath:"#/$defs/pypi/properties/pypi/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data3.length < 1){
const err16 = {instancePath:instancePath+"/pypi",schemaPath:"#/$defs/pypi/properties/pypi/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/pypi",schemaPath:"#/$defs/pypi/properties/pypi/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.version !== undefined){
let data4 = data.version;
if((typeof data4 !== "string") && (!((typeof data4 == "number") && (isFinite(data4))))){
const err18 = {instancePath:instancePath+"/version",schemaPath:"#/$defs/pypi/properties/version/type",keyword:"type",params:{type: schema15.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data.priority !== undefined){
let data5 = data.priority;
if(!(((typeof data5 == "number") && (!(data5 % 1) && !isNaN(data5))) && (isFinite(data5)))){
const err19 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/pypi/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if((typeof data5 == "number") && (isFinite(data5))){
if(data5 > 1000 || isNaN(data5)){
const err20 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/pypi/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
if(data5 < -1000 || isNaN(data5)){
const err21 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/pypi/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
}
else {
const err22 = {instancePath,schemaPath:"#/$defs/pypi/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
var _valid0 = _errs14 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs24 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.deb === undefined){
const err23 = {instancePath,schemaPath:"#/$defs/deb/required",keyword:"required",params:{missingProperty: "deb"},message:"must have required property '"+"deb"+"'"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
for(const key2 in data){
if(!(((key2 === "deb") || (key2 === "version")) || (key2 === "priority"))){
const err24 = {instancePath,schemaPath:"#/$defs/deb/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
if(data.deb !== undefined){
let data6 = data.deb;
if(typeof data6 === "string"){
if(data6.length > 2048){
const err25 = {instancePath:instancePath+"/deb",schemaPath:"#/$defs/deb/properties/deb/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data6.length < 1){
const err26 = {instancePath:instancePath+"/deb",schemaPath:"#/$defs/deb/properties/deb/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
else {
const err27 = {instancePath:instancePath+"/deb",schemaPath:"#/$defs/deb/properties/deb/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data.version !== undefined){
let data7 = data.version;
if((typeof data7 !== "string") && (!((typeof data7 == "number") && (isFinite(data7))))){
const err28 = {instancePath:instancePath+"/version",schemaPath:"#/$defs/deb/properties/version/type",keyword:"type",params:{type: schema16.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data.priority !== undefined){
let data8 = data.priority;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err29 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/deb/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 1000 || isNaN(data8)){
const err30 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/deb/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data8 < -1000 || isNaN(data8)){
const err31 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/deb/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
}
}
else {
const err32 = {instancePath,schemaPath:"#/$defs/deb/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
var _valid0 = _errs24 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs34 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.git === undefined){
const err33 = {instancePath,schemaPath:"#/$defs/git/required",keyword:"required",params:{missingProperty: "git"},message:"must have required property '"+"git"+"'"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
for(const key3 in data){
if(!((((key3 === "git") || (key3 === "rev")) || (key3 === "directory")) || (key3 === "priority"))){
const err34 = {instancePath,schemaPath:"#/$defs/git/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data.git !== undefined){
let data9 = data.git;
if(typeof data9 === "string"){
if(data9.length > 2048){
const err35 = {instancePath:instancePath+"/git",schemaPath:"#/$defs/git/properties/git/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data9.length < 1){
const err36 = {instancePath:instancePath+"/git",schemaPath:"#/$defs/git/properties/git/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/git",schemaPath:"#/$defs/git/properties/git/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data.rev !== undefined){
let data10 = data.rev;
if((typeof data10 !== "string") && (!((typeof data10 == "number") && (isFinite(data10))))){
const err38 = {instancePath:instancePath+"/rev",schemaPath:"#/$defs/git/properties/rev/type",keyword:"type",params:{type: schema17.properties.rev.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(typeof data10 === "string"){
if(data10.length > 2048){
const err39 = {instancePath:instancePath+"/rev",schemaPath:"#/$defs/git/properties/rev/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(data10.length < 1){
const err40 = {instancePath:instancePath+"/rev",schemaPath:"#/$defs/git/properties/rev/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
if(data.directory !== undefined){
let data11 = data.directory;
if(typeof data11 === "string"){
if(data11.length > 1024){
const err41 = {instancePath:instancePath+"/directory",schemaPath:"#/$defs/git/properties/directory/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
if(!pattern3.test(data11)){
const err42 = {instancePath:instancePath+"/directory",schemaPath:"#/$defs/git/properties/directory/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
else {
const err43 = {instancePath:instancePath+"/directory",schemaPath:"#/$defs/git/properties/directory/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data.priority !== undefined){
let data12 = data.priority;
if(!(((typeof data12 == "number") && (!(data12 % 1) && !isNaN(data12))) && (isFinite(data12)))){
const err44 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/git/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 > 1000 || isNaN(data12)){
const err45 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/git/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(data12 < -1000 || isNaN(data12)){
const err46 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/git/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
}
}
else {
const err47 = {instancePath,schemaPath:"#/$defs/git/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
var _valid0 = _errs34 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs46 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.url === undefined){
const err48 = {instancePath,schemaPath:"#/$defs/url/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
for(const key4 in data){
if(!((((((((key4 === "url") || (key4 === "sha256")) || (key4 === "integrity")) || (key4 === "unpack")) || (key4 === "strip")) || (key4 === "executable")) || (key4 === "place")) || (key4 === "priority"))){
const err49 = {instancePath,schemaPath:"#/$defs/url/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data.url !== undefined){
let data13 = data.url;
if(typeof data13 === "string"){
if(data13.length > 2048){
const err50 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/properties/url/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(data13.length < 1){
const err51 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/properties/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
else {
const err52 = {instancePath:instancePath+"/url",schemaPath:"#/$defs/url/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data.sha256 !== undefined){
let data14 = data.sha256;
if((typeof data14 !== "string") && (!((typeof data14 == "number") && (isFinite(data14))))){
const err53 = {instancePath:instancePath+"/sha256",schemaPath:"#/$defs/url/properties/sha256/type",keyword:"type",params:{type: schema18.properties.sha256.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(typeof data14 === "string"){
if(!pattern4.test(data14)){
const err54 = {instancePath:instancePath+"/sha256",schemaPath:"#/$defs/url/properties/sha256/pattern",keyword:"pattern",params:{pattern: "^[0-9A-Fa-f]{64}$"},message:"must match pattern \""+"^[0-9A-Fa-f]{64}$"+"\""};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
}
if(data.integrity !== undefined){
let data15 = data.integrity;
if(typeof data15 === "string"){
if(!pattern5.test(data15)){
const err55 = {instancePath:instancePath+"/integrity",schemaPath:"#/$defs/url/properties/integrity/pattern",keyword:"pattern",params:{pattern: "^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"},message:"must match pattern \""+"^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"+"\""};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
else {
const err56 = {instancePath:instancePath+"/integrity",schemaPath:"#/$defs/url/properties/integrity/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data.unpack !== undefined){
if(typeof data.unpack !== "boolean"){
const err57 = {instancePath:instancePath+"/unpack",schemaPath:"#/$defs/url/properties/unpack/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
if(data.strip !== undefined){
let data17 = data.strip;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err58 = {instancePath:instancePath+"/strip",schemaPath:"#/$defs/url/properties/strip/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 > 16 || isNaN(data17)){
const err59 = {instancePath:instancePath+"/strip",schemaPath:"#/$defs/url/properties/strip/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16},message:"must be <= 16"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(data17 < 0 || isNaN(data17)){
const err60 = {instancePath:instancePath+"/strip",schemaPath:"#/$defs/url/properties/strip/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
}
if(data.executable !== undefined){
if(typeof data.executable !== "boolean"){
const err61 = {instancePath:instancePath+"/executable",schemaPath:"#/$defs/url/properties/executable/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data.place !== undefined){
let data19 = data.place;
if(typeof data19 === "string"){
if(data19.length > 1024){
const err62 = {instancePath:instancePath+"/place",schemaPath:"#/$defs/url/properties/place/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(!pattern3.test(data19)){
const err63 = {instancePath:instancePath+"/place",schemaPath:"#/$defs/url/properties/place/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
else {
const err64 = {instancePath:instancePath+"/place",schemaPath:"#/$defs/url/properties/place/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data.priority !== undefined){
let data20 = data.priority;
if(!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))){
const err65 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/url/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 1000 || isNaN(data20)){
const err66 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/url/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
if(data20 < -1000 || isNaN(data20)){
const err67 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/url/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
}
}
else {
const err68 = {instancePath,schemaPath:"#/$defs/url/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
var _valid0 = _errs46 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs66 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.path === undefined){
const err69 = {instancePath,schemaPath:"#/$defs/path/required",keyword:"required",params:{missingProperty: "path"},message:"must have required property '"+"path"+"'"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
for(const key5 in data){
if(!((key5 === "path") || (key5 === "priority"))){
const err70 = {instancePath,schemaPath:"#/$defs/path/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data.path !== undefined){
let data21 = data.path;
if(typeof data21 === "string"){
if(data21.length > 2048){
const err71 = {instancePath:instancePath+"/path",schemaPath:"#/$defs/path/properties/path/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if(data21.length < 1){
const err72 = {instancePath:instancePath+"/path",schemaPath:"#/$defs/path/properties/path/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
else {
const err73 = {instancePath:instancePath+"/path",schemaPath:"#/$defs/path/properties/path/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
if(data.priority !== undefined){
let data22 = data.priority;
if(!(((typeof data22 == "number") && (!(data22 % 1) && !isNaN(data22))) && (isFinite(data22)))){
const err74 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/path/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
if((typeof data22 == "number") && (isFinite(data22))){
if(data22 > 1000 || isNaN(data22)){
const err75 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/path/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if(data22 < -1000 || isNaN(data22)){
const err76 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/path/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
}
}
else {
const err77 = {instancePath,schemaPath:"#/$defs/path/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
var _valid0 = _errs66 === errors;
valid0 = valid0 || _valid0;
if(!valid0){
const _errs74 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.registry === undefined){
const err78 = {instancePath,schemaPath:"#/$defs/registry/required",keyword:"required",params:{missingProperty: "registry"},message:"must have required property '"+"registry"+"'"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
for(const key6 in data){
if(!(((key6 === "registry") || (key6 === "version")) || (key6 === "priority"))){
const err79 = {instancePath,schemaPath:"#/$defs/registry/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
if(data.registry !== undefined){
let data23 = data.registry;
if(typeof data23 === "string"){
if(data23.length > 2048){
const err80 = {instancePath:instancePath+"/registry",schemaPath:"#/$defs/registry/properties/registry/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(data23.length < 1){
const err81 = {instancePath:instancePath+"/registry",schemaPath:"#/$defs/registry/properties/registry/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
else {
const err82 = {instancePath:instancePath+"/registry",schemaPath:"#/$defs/registry/properties/registry/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data.version !== undefined){
let data24 = data.version;
if((typeof data24 !== "string") && (!((typeof data24 == "number") && (isFinite(data24))))){
const err83 = {instancePath:instancePath+"/version",schemaPath:"#/$defs/registry/properties/version/type",keyword:"type",params:{type: schema20.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data.priority !== undefined){
let data25 = data.priority;
if(!(((typeof data25 == "number") && (!(data25 % 1) && !isNaN(data25))) && (isFinite(data25)))){
const err84 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/registry/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
if((typeof data25 == "number") && (isFinite(data25))){
if(data25 > 1000 || isNaN(data25)){
const err85 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/registry/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
if(data25 < -1000 || isNaN(data25)){
const err86 = {instancePath:instancePath+"/priority",schemaPath:"#/$defs/registry/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
}
}
else {
const err87 = {instancePath,schemaPath:"#/$defs/registry/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
var _valid0 = _errs74 === errors;
valid0 = valid0 || _valid0;
}
}
}
}
}
}
}
if(!valid0){
const err88 = {instancePath,schemaPath:"#/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
else {
errors = _errs0;
if(vErrors !== null){
if(_errs0){
vErrors.length = _errs0;
}
else {
vErrors = null;
}
}
}
validate11.errors = vErrors;
return errors === 0;
}

const schema21 = {"type":"object","additionalProperties":false,"properties":{"dependencies":{"type":["array","null"],"items":{"$ref":"#/$defs/requirement"}},"commands":{"type":["object","null"],"maxProperties":1000,"propertyNames":{"pattern":"^(?!\\.)(?!__proto__$)[A-Za-z0-9._+@-]{1,128}$"},"additionalProperties":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}},"variables":{"type":["object","null"],"propertyNames":{"maxLength":256,"pattern":"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$","allOf":[{"pattern":"^(?!PATH$)"},{"pattern":"^(?!TENON_)"}]},"additionalProperties":{"type":["string","number","boolean","object"],"maxLength":32768,"required":["path"],"additionalProperties":false,"properties":{"path":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}}}}}};

function validate13(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((key0 === "dependencies") || (key0 === "commands")) || (key0 === "variables"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.dependencies !== undefined){
let data0 = data.dependencies;
if((!(Array.isArray(data0))) && (data0 !== null)){
const err1 = {instancePath:instancePath+"/dependencies",schemaPath:"#/properties/dependencies/type",keyword:"type",params:{type: schema21.properties.dependencies.type},message:"must be array,null"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(Array.isArray(data0)){
const len0 = data0.length;
for(let i0=0; i0<len0; i0++){
if(!(validate11(data0[i0], {instancePath:instancePath+"/dependencies/" + i0,parentData:data0,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
}
}
}
if(data.commands !== undefined){
let data2 = data.commands;
if((!(data2 && typeof data2 == "object" && !Array.isArray(data2))) && (data2 !== null)){
const err2 = {instancePath:instancePath+"/commands",schemaPath:"#/properties/commands/type",keyword:"type",params:{type: schema21.properties.commands.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(Object.keys(data2).length > 1000){
const err3 = {instancePath:instancePath+"/commands",schemaPath:"#/properties/commands/maxProperties",keyword:"maxProperties",params:{limit: 1000},message:"must NOT have more than 1000 properties"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key1 in data2){
const _errs7 = errors;
if(typeof key1 === "string"){
if(!pattern7.test(key1)){
const err4 = {instancePath:instancePath+"/commands",schemaPath:"#/properties/commands/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!\\.)(?!__proto__$)[A-Za-z0-9._+@-]{1,128}$"},message:"must match pattern \""+"^(?!\\.)(?!__proto__$)[A-Za-z0-9._+@-]{1,128}$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
var valid3 = _errs7 === errors;
if(!valid3){
const err5 = {instancePath:instancePath+"/commands",schemaPath:"#/properties/commands/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
for(const key2 in data2){
let data3 = data2[key2];
if(typeof data3 === "string"){
if(data3.length > 1024){
const err6 = {instancePath:instancePath+"/commands/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/commands/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(!pattern3.test(data3)){
const err7 = {instancePath:instancePath+"/commands/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/commands/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/commands/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/commands/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
}
}
if(data.variables !== undefined){
let data4 = data.variables;
if((!(data4 && typeof data4 == "object" && !Array.isArray(data4))) && (data4 !== null)){
const err9 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/type",keyword:"type",params:{type: schema21.properties.variables.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data4 && typeof data4 == "object" && !Array.isArray(data4)){
for(const key3 in data4){
const _errs13 = errors;
if(typeof key3 === "string"){
if(!pattern9.test(key3)){
const err10 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/allOf/0/pattern",keyword:"pattern",params:{pattern: "^(?!PATH$)"},message:"must match pattern \""+"^(?!PATH$)"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(typeof key3 === "string"){
if(!pattern10.test(key3)){
const err11 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/allOf/1/pattern",keyword:"pattern",params:{pattern: "^(?!TENON_)"},message:"must match pattern \""+"^(?!TENON_)"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(typeof key3 === "string"){
if(key3.length > 256){
const err12 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",propertyName:key3};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(!pattern11.test(key3)){
const err13 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
var valid5 = _errs13 === errors;
if(!valid5){
const err14 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames",keyword:"propertyNames",params:{propertyName: key3},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
for(const key4 in data4){
let data5 = data4[key4];
if((((typeof data5 !== "string") && (!((typeof data5 == "number") && (isFinite(data5))))) && (typeof data5 !== "boolean")) && (!(data5 && typeof data5 == "object" && !Array.isArray(data5)))){
const err15 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/type",keyword:"type",params:{type: schema21.properties.variables.additionalProperties.type},message:"must be string,number,boolean,object"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(typeof data5 === "string"){
if(data5.length > 32768){
const err16 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
if(data5.path === undefined){
const err17 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/required",keyword:"required",params:{missingProperty: "path"},message:"must have required property '"+"path"+"'"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
for(const key5 in data5){
if(!(key5 === "path")){
const err18 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data5.path !== undefined){
let data6 = data5.path;
if(typeof data6 === "string"){
if(data6.length > 1024){
const err19 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/path",schemaPath:"#/properties/variables/additionalProperties/properties/path/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(!pattern3.test(data6)){
const err20 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/path",schemaPath:"#/properties/variables/additionalProperties/properties/path/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/path",schemaPath:"#/properties/variables/additionalProperties/properties/path/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
}
}
}
}
else {
const err22 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
validate13.errors = vErrors;
return errors === 0;
}


function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.tenon === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "tenon"},message:"must have required property '"+"tenon"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.name === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.version === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "version"},message:"must have required property '"+"version"+"'"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.type === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(data.description === undefined){
const err4 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "description"},message:"must have required property '"+"description"+"'"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err5 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.tenon !== undefined){
if(1 !== data.tenon){
const err6 = {instancePath:instancePath+"/tenon",schemaPath:"#/properties/tenon/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.name !== undefined){
let data1 = data.name;
if(typeof data1 === "string"){
if(!pattern0.test(data1)){
const err7 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9][a-z0-9._-]{0,199}$"},message:"must match pattern \""+"^[a-z0-9][a-z0-9._-]{0,199}$"+"\""};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
else {
const err8 = {instancePath:instancePath+"/name",schemaPath:"#/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.version !== undefined){
let data2 = data.version;
if((typeof data2 !== "string") && (!((typeof data2 == "number") && (isFinite(data2))))){
const err9 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/type",keyword:"type",params:{type: schema11.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(typeof data2 === "string"){
if(data2.length > 256){
const err10 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
}
if(data.type !== undefined){
let data3 = data.type;
if(!(((((((data3 === "ability") || (data3 === "app")) || (data3 === "library")) || (data3 === "plugin")) || (data3 === "tool")) || (data3 === "resource")) || (data3 === "service"))){
const err11 = {instancePath:instancePath+"/type",schemaPath:"#/properties/type/enum",keyword:"enum",params:{allowedValues: schema11.properties.type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.description !== undefined){
let data4 = data.description;
if(typeof data4 === "string"){
if(data4.length > 2048){
const err12 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data4.length < 1){
const err13 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
else {
const err14 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
if(data.license !== undefined){
let data5 = data.license;
if(typeof data5 === "string"){
if(data5.length > 2048){
const err15 = {instancePath:instancePath+"/license",schemaPath:"#/properties/license/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(data5.length < 1){
const err16 = {instancePath:instancePath+"/license",schemaPath:"#/properties/license/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/license",schemaPath:"#/properties/license/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.homepage !== undefined){
let data6 = data.homepage;
if(typeof data6 === "string"){
if(data6.length > 2048){
const err18 = {instancePath:instancePath+"/homepage",schemaPath:"#/properties/homepage/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data6.length < 1){
const err19 = {instancePath:instancePath+"/homepage",schemaPath:"#/properties/homepage/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(!pattern1.test(data6)){
const err20 = {instancePath:instancePath+"/homepage",schemaPath:"#/properties/homepage/pattern",keyword:"pattern",params:{pattern: "^https?://[^\\s]+$"},message:"must match pattern \""+"^https?://[^\\s]+$"+"\""};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/homepage",schemaPath:"#/properties/homepage/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.systems !== undefined){
let data7 = data.systems;
if((!(Array.isArray(data7))) && (data7 !== null)){
const err22 = {instancePath:instancePath+"/systems",schemaPath:"#/properties/systems/type",keyword:"type",params:{type: schema11.properties.systems.type},message:"must be array,null"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(Array.isArray(data7)){
if(data7.length < 1){
const err23 = {instancePath:instancePath+"/systems",schemaPath:"#/properties/systems/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
const len0 = data7.length;
for(let i0=0; i0<len0; i0++){
let data8 = data7[i0];
if(!((data8 === "x86_64-linux") || (data8 === "aarch64-linux"))){
const err24 = {instancePath:instancePath+"/systems/" + i0,schemaPath:"#/properties/systems/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.systems.items.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
}
if(data.dependencies !== undefined){
let data9 = data.dependencies;
if((!(Array.isArray(data9))) && (data9 !== null)){
const err25 = {instancePath:instancePath+"/dependencies",schemaPath:"#/properties/dependencies/type",keyword:"type",params:{type: schema11.properties.dependencies.type},message:"must be array,null"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(Array.isArray(data9)){
const len1 = data9.length;
for(let i1=0; i1<len1; i1++){
if(!(validate11(data9[i1], {instancePath:instancePath+"/dependencies/" + i1,parentData:data9,parentDataProperty:i1,rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
}
}
}
if(data.commands !== undefined){
let data11 = data.commands;
if((!(data11 && typeof data11 == "object" && !Array.isArray(data11))) && (data11 !== null)){
const err26 = {instancePath:instancePath+"/commands",schemaPath:"#/properties/commands/type",keyword:"type",params:{type: schema11.properties.commands.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
if(Object.keys(data11).length > 1000){
const err27 = {instancePath:instancePath+"/commands",schemaPath:"#/properties/commands/maxProperties",keyword:"maxProperties",params:{limit: 1000},message:"must NOT have more than 1000 properties"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
for(const key1 in data11){
const _errs22 = errors;
if(typeof key1 === "string"){
if(!pattern7.test(key1)){
const err28 = {instancePath:instancePath+"/commands",schemaPath:"#/properties/commands/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!\\.)(?!__proto__$)[A-Za-z0-9._+@-]{1,128}$"},message:"must match pattern \""+"^(?!\\.)(?!__proto__$)[A-Za-z0-9._+@-]{1,128}$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
var valid5 = _errs22 === errors;
if(!valid5){
const err29 = {instancePath:instancePath+"/commands",schemaPath:"#/properties/commands/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
for(const key2 in data11){
let data12 = data11[key2];
if(typeof data12 === "string"){
if(data12.length > 1024){
const err30 = {instancePath:instancePath+"/commands/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/commands/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(!pattern3.test(data12)){
const err31 = {instancePath:instancePath+"/commands/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/commands/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
else {
const err32 = {instancePath:instancePath+"/commands/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/commands/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
}
}
if(data.variables !== undefined){
let data13 = data.variables;
if((!(data13 && typeof data13 == "object" && !Array.isArray(data13))) && (data13 !== null)){
const err33 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/type",keyword:"type",params:{type: schema11.properties.variables.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if(data13 && typeof data13 == "object" && !Array.isArray(data13)){
for(const key3 in data13){
const _errs28 = errors;
if(typeof key3 === "string"){
if(!pattern9.test(key3)){
const err34 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/allOf/0/pattern",keyword:"pattern",params:{pattern: "^(?!PATH$)"},message:"must match pattern \""+"^(?!PATH$)"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(typeof key3 === "string"){
if(!pattern10.test(key3)){
const err35 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/allOf/1/pattern",keyword:"pattern",params:{pattern: "^(?!TENON_)"},message:"must match pattern \""+"^(?!TENON_)"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(typeof key3 === "string"){
if(key3.length > 256){
const err36 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",propertyName:key3};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(!pattern11.test(key3)){
const err37 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$"+"\"",propertyName:key3};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
var valid7 = _errs28 === errors;
if(!valid7){
const err38 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames",keyword:"propertyNames",params:{propertyName: key3},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
for(const key4 in data13){
let data14 = data13[key4];
if((((typeof data14 !== "string") && (!((typeof data14 == "number") && (isFinite(data14))))) && (typeof data14 !== "boolean")) && (!(data14 && typeof data14 == "object" && !Array.isArray(data14)))){
const err39 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/type",keyword:"type",params:{type: schema11.properties.variables.additionalProperties.type},message:"must be string,number,boolean,object"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
if(typeof data14 === "string"){
if(data14.length > 32768){
const err40 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data14 && typeof data14 == "object" && !Array.isArray(data14)){
if(data14.path === undefined){
const err41 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/required",keyword:"required",params:{missingProperty: "path"},message:"must have required property '"+"path"+"'"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
for(const key5 in data14){
if(!(key5 === "path")){
const err42 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data14.path !== undefined){
let data15 = data14.path;
if(typeof data15 === "string"){
if(data15.length > 1024){
const err43 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/path",schemaPath:"#/properties/variables/additionalProperties/properties/path/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(!pattern3.test(data15)){
const err44 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/path",schemaPath:"#/properties/variables/additionalProperties/properties/path/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
else {
const err45 = {instancePath:instancePath+"/variables/" + key4.replace(/~/g, "~0").replace(/\//g, "~1")+"/path",schemaPath:"#/properties/variables/additionalProperties/properties/path/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
}
}
}
}
if(data.files !== undefined){
let data16 = data.files;
if((!(data16 && typeof data16 == "object" && !Array.isArray(data16))) && (data16 !== null)){
const err46 = {instancePath:instancePath+"/files",schemaPath:"#/properties/files/type",keyword:"type",params:{type: schema11.properties.files.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(data16 && typeof data16 == "object" && !Array.isArray(data16)){
if(Object.keys(data16).length > 1000){
const err47 = {instancePath:instancePath+"/files",schemaPath:"#/properties/files/maxProperties",keyword:"maxProperties",params:{limit: 1000},message:"must NOT have more than 1000 properties"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
for(const key6 in data16){
const _errs39 = errors;
if(typeof key6 === "string"){
if(key6.length > 1024){
const err48 = {instancePath:instancePath+"/files",schemaPath:"#/properties/files/propertyNames/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",propertyName:key6};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(!pattern3.test(key6)){
const err49 = {instancePath:instancePath+"/files",schemaPath:"#/properties/files/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\"",propertyName:key6};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
var valid11 = _errs39 === errors;
if(!valid11){
const err50 = {instancePath:instancePath+"/files",schemaPath:"#/properties/files/propertyNames",keyword:"propertyNames",params:{propertyName: key6},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
for(const key7 in data16){
let data17 = data16[key7];
if(typeof data17 === "string"){
if(data17.length > 1024){
const err51 = {instancePath:instancePath+"/files/" + key7.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/files/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(!pattern3.test(data17)){
const err52 = {instancePath:instancePath+"/files/" + key7.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/files/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/files/" + key7.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/files/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
}
}
if(data.services !== undefined){
let data18 = data.services;
if((!(data18 && typeof data18 == "object" && !Array.isArray(data18))) && (data18 !== null)){
const err54 = {instancePath:instancePath+"/services",schemaPath:"#/properties/services/type",keyword:"type",params:{type: schema11.properties.services.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(data18 && typeof data18 == "object" && !Array.isArray(data18)){
if(Object.keys(data18).length > 100){
const err55 = {instancePath:instancePath+"/services",schemaPath:"#/properties/services/maxProperties",keyword:"maxProperties",params:{limit: 100},message:"must NOT have more than 100 properties"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
for(const key8 in data18){
const _errs45 = errors;
if(typeof key8 === "string"){
if(!pattern15.test(key8)){
const err56 = {instancePath:instancePath+"/services",schemaPath:"#/properties/services/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[a-z][a-z0-9-]{0,62}$"},message:"must match pattern \""+"^[a-z][a-z0-9-]{0,62}$"+"\"",propertyName:key8};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
var valid13 = _errs45 === errors;
if(!valid13){
const err57 = {instancePath:instancePath+"/services",schemaPath:"#/properties/services/propertyNames",keyword:"propertyNames",params:{propertyName: key8},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
for(const key9 in data18){
let data19 = data18[key9];
if(data19 && typeof data19 == "object" && !Array.isArray(data19)){
if(data19.command === undefined){
const err58 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/required",keyword:"required",params:{missingProperty: "command"},message:"must have required property '"+"command"+"'"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
for(const key10 in data19){
if(!((((key10 === "command") || (key10 === "ready")) || (key10 === "variables")) || (key10 === "directory"))){
const err59 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data19.command !== undefined){
let data20 = data19.command;
if(Array.isArray(data20)){
if(data20.length > 1000){
const err60 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/command",schemaPath:"#/properties/services/additionalProperties/properties/command/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(data20.length < 1){
const err61 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/command",schemaPath:"#/properties/services/additionalProperties/properties/command/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
const len2 = data20.length;
for(let i2=0; i2<len2; i2++){
let data21 = data20[i2];
if(((typeof data21 !== "string") && (!((typeof data21 == "number") && (isFinite(data21))))) && (typeof data21 !== "boolean")){
const err62 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/command/" + i2,schemaPath:"#/properties/services/additionalProperties/properties/command/items/type",keyword:"type",params:{type: schema11.properties.services.additionalProperties.properties.command.items.type},message:"must be string,number,boolean"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(typeof data21 === "string"){
if(data21.length > 4096){
const err63 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/command/" + i2,schemaPath:"#/properties/services/additionalProperties/properties/command/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
}
}
else {
const err64 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/command",schemaPath:"#/properties/services/additionalProperties/properties/command/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
if(data19.ready !== undefined){
let data22 = data19.ready;
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
if(Object.keys(data22).length > 2){
const err65 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready",schemaPath:"#/properties/services/additionalProperties/properties/ready/maxProperties",keyword:"maxProperties",params:{limit: 2},message:"must NOT have more than 2 properties"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
for(const key11 in data22){
if(!((((key11 === "http") || (key11 === "port")) || (key11 === "file")) || (key11 === "timeout"))){
const err66 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready",schemaPath:"#/properties/services/additionalProperties/properties/ready/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data22.http !== undefined){
let data23 = data22.http;
if(typeof data23 === "string"){
if(data23.length > 2048){
const err67 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/http",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/http/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(data23.length < 1){
const err68 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/http",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/http/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if(!pattern16.test(data23)){
const err69 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/http",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/http/pattern",keyword:"pattern",params:{pattern: "^http://(?:127\\.0\\.0\\.1|localhost)(?::|/|$)"},message:"must match pattern \""+"^http://(?:127\\.0\\.0\\.1|localhost)(?::|/|$)"+"\""};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
else {
const err70 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/http",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/http/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data22.port !== undefined){
let data24 = data22.port;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err71 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/port",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 > 65535 || isNaN(data24)){
const err72 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/port",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
if(data24 < 1 || isNaN(data24)){
const err73 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/port",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
if(data22.file !== undefined){
let data25 = data22.file;
if(typeof data25 === "string"){
if(data25.length > 1024){
const err74 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/file",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/file/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
if(!pattern3.test(data25)){
const err75 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/file",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/file/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
else {
const err76 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/file",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data22.timeout !== undefined){
let data26 = data22.timeout;
if(!(((typeof data26 == "number") && (!(data26 % 1) && !isNaN(data26))) && (isFinite(data26)))){
const err77 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/timeout",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/timeout/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if((typeof data26 == "number") && (isFinite(data26))){
if(data26 > 3600 || isNaN(data26)){
const err78 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/timeout",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/timeout/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600},message:"must be <= 3600"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(data26 < 1 || isNaN(data26)){
const err79 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready/timeout",schemaPath:"#/properties/services/additionalProperties/properties/ready/properties/timeout/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
}
}
else {
const err80 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/ready",schemaPath:"#/properties/services/additionalProperties/properties/ready/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
if(data19.variables !== undefined){
let data27 = data19.variables;
if((!(data27 && typeof data27 == "object" && !Array.isArray(data27))) && (data27 !== null)){
const err81 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables",schemaPath:"#/properties/services/additionalProperties/properties/variables/type",keyword:"type",params:{type: schema11.properties.services.additionalProperties.properties.variables.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
if(data27 && typeof data27 == "object" && !Array.isArray(data27)){
for(const key12 in data27){
const _errs67 = errors;
if(typeof key12 === "string"){
if(!pattern9.test(key12)){
const err82 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables",schemaPath:"#/properties/services/additionalProperties/properties/variables/propertyNames/allOf/0/pattern",keyword:"pattern",params:{pattern: "^(?!PATH$)"},message:"must match pattern \""+"^(?!PATH$)"+"\"",propertyName:key12};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(typeof key12 === "string"){
if(!pattern10.test(key12)){
const err83 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables",schemaPath:"#/properties/services/additionalProperties/properties/variables/propertyNames/allOf/1/pattern",keyword:"pattern",params:{pattern: "^(?!TENON_)"},message:"must match pattern \""+"^(?!TENON_)"+"\"",propertyName:key12};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(typeof key12 === "string"){
if(key12.length > 256){
const err84 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables",schemaPath:"#/properties/services/additionalProperties/properties/variables/propertyNames/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",propertyName:key12};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
if(!pattern11.test(key12)){
const err85 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables",schemaPath:"#/properties/services/additionalProperties/properties/variables/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$"+"\"",propertyName:key12};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
var valid19 = _errs67 === errors;
if(!valid19){
const err86 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables",schemaPath:"#/properties/services/additionalProperties/properties/variables/propertyNames",keyword:"propertyNames",params:{propertyName: key12},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
for(const key13 in data27){
let data28 = data27[key13];
if((((typeof data28 !== "string") && (!((typeof data28 == "number") && (isFinite(data28))))) && (typeof data28 !== "boolean")) && (!(data28 && typeof data28 == "object" && !Array.isArray(data28)))){
const err87 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/properties/variables/additionalProperties/type",keyword:"type",params:{type: schema11.properties.services.additionalProperties.properties.variables.additionalProperties.type},message:"must be string,number,boolean,object"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
if(typeof data28 === "string"){
if(data28.length > 32768){
const err88 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/properties/variables/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
if(data28 && typeof data28 == "object" && !Array.isArray(data28)){
if(data28.path === undefined){
const err89 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/properties/variables/additionalProperties/required",keyword:"required",params:{missingProperty: "path"},message:"must have required property '"+"path"+"'"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
for(const key14 in data28){
if(!(key14 === "path")){
const err90 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/properties/variables/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data28.path !== undefined){
let data29 = data28.path;
if(typeof data29 === "string"){
if(data29.length > 1024){
const err91 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/path",schemaPath:"#/properties/services/additionalProperties/properties/variables/additionalProperties/properties/path/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
if(!pattern3.test(data29)){
const err92 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/path",schemaPath:"#/properties/services/additionalProperties/properties/variables/additionalProperties/properties/path/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
else {
const err93 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/variables/" + key13.replace(/~/g, "~0").replace(/\//g, "~1")+"/path",schemaPath:"#/properties/services/additionalProperties/properties/variables/additionalProperties/properties/path/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
}
}
}
}
if(data19.directory !== undefined){
let data30 = data19.directory;
if(typeof data30 === "string"){
if(data30.length > 1024){
const err94 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/directory",schemaPath:"#/properties/services/additionalProperties/properties/directory/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
if(!pattern3.test(data30)){
const err95 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/directory",schemaPath:"#/properties/services/additionalProperties/properties/directory/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
else {
const err96 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1")+"/directory",schemaPath:"#/properties/services/additionalProperties/properties/directory/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
}
else {
const err97 = {instancePath:instancePath+"/services/" + key9.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/services/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
}
}
if(data.on !== undefined){
let data31 = data.on;
if((!(data31 && typeof data31 == "object" && !Array.isArray(data31))) && (data31 !== null)){
const err98 = {instancePath:instancePath+"/on",schemaPath:"#/properties/on/type",keyword:"type",params:{type: schema11.properties.on.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
for(const key15 in data31){
if(!((key15 === "x86_64-linux") || (key15 === "aarch64-linux"))){
const err99 = {instancePath:instancePath+"/on",schemaPath:"#/properties/on/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
if(data31["x86_64-linux"] !== undefined){
if(!(validate13(data31["x86_64-linux"], {instancePath:instancePath+"/on/x86_64-linux",parentData:data31,parentDataProperty:"x86_64-linux",rootData}))){
vErrors = vErrors === null ? validate13.errors : vErrors.concat(validate13.errors);
errors = vErrors.length;
}
}
if(data31["aarch64-linux"] !== undefined){
if(!(validate13(data31["aarch64-linux"], {instancePath:instancePath+"/on/aarch64-linux",parentData:data31,parentDataProperty:"aarch64-linux",rootData}))){
vErrors = vErrors === null ? validate13.errors : vErrors.concat(validate13.errors);
errors = vErrors.length;
}
}
}
}
if(data.metadata !== undefined){
let data34 = data.metadata;
if((!(data34 && typeof data34 == "object" && !Array.isArray(data34))) && (data34 !== null)){
const err100 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/type",keyword:"type",params:{type: schema11.properties.metadata.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if(data34 && typeof data34 == "object" && !Array.isArray(data34)){
for(const key16 in data34){
const _errs85 = errors;
if(typeof key16 === "string"){
if(!pattern29.test(key16)){
const err101 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!__proto__$)"},message:"must match pattern \""+"^(?!__proto__$)"+"\"",propertyName:key16};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
var valid24 = _errs85 === errors;
if(!valid24){
const err102 = {instancePath:instancePath+"/metadata",schemaPath:"#/properties/metadata/propertyNames",keyword:"propertyNames",params:{propertyName: key16},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
}
}
}
else {
const err103 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}

