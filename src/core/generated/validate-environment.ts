// Generated from core/environment-schema.ts by `npm run gen`; not for editing.
// @ts-nocheck
"use strict";
export const validateEnvironment = validate10;
const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","required":["tenon"],"additionalProperties":false,"properties":{"tenon":{"const":1},"extends":{"type":["array","null"],"maxItems":32,"items":{"type":"string","minLength":1,"maxLength":2048}},"systems":{"type":["array","null"],"minItems":1,"items":{"enum":["x86_64-linux","aarch64-linux"]}},"registries":{"type":["object","null"],"propertyNames":{"pattern":"^[a-z][a-z0-9-]{0,63}$"},"additionalProperties":{"type":"string","minLength":1,"maxLength":2048}},"keys":{"type":["object","null"],"additionalProperties":{"type":["array","string"],"minItems":1,"maxItems":16,"items":{"type":"string","minLength":1,"maxLength":2048}}},"packages":{"type":["array","null"],"items":{"anyOf":[{"$ref":"#/$defs/short"},{"$ref":"#/$defs/npm"},{"$ref":"#/$defs/pypi"},{"$ref":"#/$defs/deb"},{"$ref":"#/$defs/git"},{"$ref":"#/$defs/url"},{"$ref":"#/$defs/path"},{"$ref":"#/$defs/registry"}]}},"variables":{"type":["object","null"],"propertyNames":{"maxLength":256,"pattern":"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$","allOf":[{"pattern":"^(?!PATH$)"},{"pattern":"^(?!TENON_)"}]},"additionalProperties":{"type":["string","number","boolean"],"maxLength":32768}},"minimumReleaseAge":{"type":["string","integer","object","null"],"minimum":0,"maximum":365,"pattern":"^[0-9]{1,6}[mhdw]?$","additionalProperties":false,"properties":{"age":{"type":["string","integer"],"minimum":0,"maximum":365,"pattern":"^[0-9]{1,6}[mhdw]?$"},"except":{"type":["array","null"],"maxItems":1000,"items":{"type":"string","minLength":1,"maxLength":2048}}}},"links":{"type":["object","null"],"maxProperties":256,"propertyNames":{"maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"additionalProperties":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}},"checks":{"type":["array","null"],"maxItems":100,"items":{"type":"string","maxLength":4096,"pattern":"\\S"}}},"$defs":{"short":{"type":"string","maxLength":2048,"pattern":"^[a-z][a-z0-9-]*:\\S"},"npm":{"type":"object","required":["npm"],"additionalProperties":false,"properties":{"npm":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"pypi":{"type":"object","required":["pypi"],"additionalProperties":false,"properties":{"pypi":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"deb":{"type":"object","required":["deb"],"additionalProperties":false,"properties":{"deb":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"git":{"type":"object","required":["git"],"additionalProperties":false,"properties":{"git":{"type":"string","minLength":1,"maxLength":2048},"rev":{"type":["string","number"],"minLength":1,"maxLength":2048},"directory":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"url":{"type":"object","required":["url"],"additionalProperties":false,"properties":{"url":{"type":"string","minLength":1,"maxLength":2048},"sha256":{"type":["string","number"],"pattern":"^[0-9A-Fa-f]{64}$"},"integrity":{"type":"string","pattern":"^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"},"unpack":{"type":"boolean"},"strip":{"type":"integer","minimum":0,"maximum":16},"executable":{"type":"boolean"},"place":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"path":{"type":"object","required":["path"],"additionalProperties":false,"properties":{"path":{"type":"string","minLength":1,"maxLength":2048},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"registry":{"type":"object","required":["registry"],"additionalProperties":false,"properties":{"registry":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}}}};
const schema12 = {"type":"string","maxLength":2048,"pattern":"^[a-z][a-z0-9-]*:\\S"};
const schema13 = {"type":"object","required":["npm"],"additionalProperties":false,"properties":{"npm":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema14 = {"type":"object","required":["pypi"],"additionalProperties":false,"properties":{"pypi":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema15 = {"type":"object","required":["deb"],"additionalProperties":false,"properties":{"deb":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema16 = {"type":"object","required":["git"],"additionalProperties":false,"properties":{"git":{"type":"string","minLength":1,"maxLength":2048},"rev":{"type":["string","number"],"minLength":1,"maxLength":2048},"directory":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema17 = {"type":"object","required":["url"],"additionalProperties":false,"properties":{"url":{"type":"string","minLength":1,"maxLength":2048},"sha256":{"type":["string","number"],"pattern":"^[0-9A-Fa-f]{64}$"},"integrity":{"type":"string","pattern":"^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"},"unpack":{"type":"boolean"},"strip":{"type":"integer","minimum":0,"maximum":16},"executable":{"type":"boolean"},"place":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema18 = {"type":"object","required":["path"],"additionalProperties":false,"properties":{"path":{"type":"string","minLength":1,"maxLength":2048},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema19 = {"type":"object","required":["registry"],"additionalProperties":false,"properties":{"registry":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const func2 = Object.prototype.hasOwnProperty;
const pattern0 = new RegExp("^[a-z][a-z0-9-]{0,63}$", "u");
const pattern1 = new RegExp("^[a-z][a-z0-9-]*:\\S", "u");
const pattern2 = new RegExp("^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$", "u");
const pattern3 = new RegExp("^[0-9A-Fa-f]{64}$", "u");
const pattern4 = new RegExp("^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$", "u");
const pattern6 = new RegExp("^(?!PATH$)", "u");
const pattern7 = new RegExp("^(?!TENON_)", "u");
const pattern8 = new RegExp("^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$", "u");
const pattern9 = new RegExp("^[0-9]{1,6}[mhdw]?$", "u");
const pattern13 = new RegExp("\\S", "u");

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
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err1 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.tenon !== undefined){
if(1 !== data.tenon){
const err2 = {instancePath:instancePath+"/tenon",schemaPath:"#/properties/tenon/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
if(data.extends !== undefined){
let data1 = data.extends;
if((!(Array.isArray(data1))) && (data1 !== null)){
const err3 = {instancePath:instancePath+"/extends",schemaPath:"#/properties/extends/type",keyword:"type",params:{type: schema11.properties.extends.type},message:"must be array,null"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
if(Array.isArray(data1)){
if(data1.length > 32){
const err4 = {instancePath:instancePath+"/extends",schemaPath:"#/properties/extends/maxItems",keyword:"maxItems",params:{limit: 32},message:"must NOT have more than 32 items"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if(typeof data2 === "string"){
if(data2.length > 2048){
const err5 = {instancePath:instancePath+"/extends/" + i0,schemaPath:"#/properties/extends/items/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(data2.length < 1){
const err6 = {instancePath:instancePath+"/extends/" + i0,schemaPath:"#/properties/extends/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
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
const err7 = {instancePath:instancePath+"/extends/" + i0,schemaPath:"#/properties/extends/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
}
if(data.systems !== undefined){
let data3 = data.systems;
if((!(Array.isArray(data3))) && (data3 !== null)){
const err8 = {instancePath:instancePath+"/systems",schemaPath:"#/properties/systems/type",keyword:"type",params:{type: schema11.properties.systems.type},message:"must be array,null"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(Array.isArray(data3)){
if(data3.length < 1){
const err9 = {instancePath:instancePath+"/systems",schemaPath:"#/properties/systems/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
const len1 = data3.length;
for(let i1=0; i1<len1; i1++){
let data4 = data3[i1];
if(!((data4 === "x86_64-linux") || (data4 === "aarch64-linux"))){
const err10 = {instancePath:instancePath+"/systems/" + i1,schemaPath:"#/properties/systems/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.systems.items.enum},message:"must be equal to one of the allowed values"};
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
}
if(data.registries !== undefined){
let data5 = data.registries;
if((!(data5 && typeof data5 == "object" && !Array.isArray(data5))) && (data5 !== null)){
const err11 = {instancePath:instancePath+"/registries",schemaPath:"#/properties/registries/type",keyword:"type",params:{type: schema11.properties.registries.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
for(const key1 in data5){
const _errs12 = errors;
if(typeof key1 === "string"){
if(!pattern0.test(key1)){
const err12 = {instancePath:instancePath+"/registries",schemaPath:"#/properties/registries/propertyNames/pattern",keyword:"pattern",params:{pattern: "^[a-z][a-z0-9-]{0,63}$"},message:"must match pattern \""+"^[a-z][a-z0-9-]{0,63}$"+"\"",propertyName:key1};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
var valid5 = _errs12 === errors;
if(!valid5){
const err13 = {instancePath:instancePath+"/registries",schemaPath:"#/properties/registries/propertyNames",keyword:"propertyNames",params:{propertyName: key1},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
for(const key2 in data5){
let data6 = data5[key2];
if(typeof data6 === "string"){
if(data6.length > 2048){
const err14 = {instancePath:instancePath+"/registries/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/registries/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data6.length < 1){
const err15 = {instancePath:instancePath+"/registries/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/registries/additionalProperties/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
else {
const err16 = {instancePath:instancePath+"/registries/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/registries/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
}
}
if(data.keys !== undefined){
let data7 = data.keys;
if((!(data7 && typeof data7 == "object" && !Array.isArray(data7))) && (data7 !== null)){
const err17 = {instancePath:instancePath+"/keys",schemaPath:"#/properties/keys/type",keyword:"type",params:{type: schema11.properties.keys.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(data7 && typeof data7 == "object" && !Array.isArray(data7)){
for(const key3 in data7){
let data8 = data7[key3];
if((!(Array.isArray(data8))) && (typeof data8 !== "string")){
const err18 = {instancePath:instancePath+"/keys/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/keys/additionalProperties/type",keyword:"type",params:{type: schema11.properties.keys.additionalProperties.type},message:"must be array,string"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(Array.isArray(data8)){
if(data8.length > 16){
const err19 = {instancePath:instancePath+"/keys/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/keys/additionalProperties/maxItems",keyword:"maxItems",params:{limit: 16},message:"must NOT have more than 16 items"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(data8.length < 1){
const err20 = {instancePath:instancePath+"/keys/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/keys/additionalProperties/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
const len2 = data8.length;
for(let i2=0; i2<len2; i2++){
let data9 = data8[i2];
if(typeof data9 === "string"){
if(data9.length > 2048){
const err21 = {instancePath:instancePath+"/keys/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i2,schemaPath:"#/properties/keys/additionalProperties/items/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if(data9.length < 1){
const err22 = {instancePath:instancePath+"/keys/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i2,schemaPath:"#/properties/keys/additionalProperties/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
else {
const err23 = {instancePath:instancePath+"/keys/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/" + i2,schemaPath:"#/properties/keys/additionalProperties/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
}
}
}
if(data.packages !== undefined){
let data10 = data.packages;
if((!(Array.isArray(data10))) && (data10 !== null)){
const err24 = {instancePath:instancePath+"/packages",schemaPath:"#/properties/packages/type",keyword:"type",params:{type: schema11.properties.packages.type},message:"must be array,null"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
if(Array.isArray(data10)){
const len3 = data10.length;
for(let i3=0; i3<len3; i3++){
let data11 = data10[i3];
const _errs26 = errors;
let valid12 = false;
const _errs27 = errors;
if(typeof data11 === "string"){
if(data11.length > 2048){
const err25 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/short/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(!pattern1.test(data11)){
const err26 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/short/pattern",keyword:"pattern",params:{pattern: "^[a-z][a-z0-9-]*:\\S"},message:"must match pattern \""+"^[a-z][a-z0-9-]*:\\S"+"\""};
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
const err27 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/short/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
var _valid0 = _errs27 === errors;
valid12 = valid12 || _valid0;
if(!valid12){
const _errs30 = errors;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
if(data11.npm === undefined){
const err28 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/npm/required",keyword:"required",params:{missingProperty: "npm"},message:"must have required property '"+"npm"+"'"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
for(const key4 in data11){
if(!(((key4 === "npm") || (key4 === "version")) || (key4 === "priority"))){
const err29 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/npm/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
if(data11.npm !== undefined){
let data12 = data11.npm;
if(typeof data12 === "string"){
if(data12.length > 2048){
const err30 = {instancePath:instancePath+"/packages/" + i3+"/npm",schemaPath:"#/$defs/npm/properties/npm/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data12.length < 1){
const err31 = {instancePath:instancePath+"/packages/" + i3+"/npm",schemaPath:"#/$defs/npm/properties/npm/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
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
const err32 = {instancePath:instancePath+"/packages/" + i3+"/npm",schemaPath:"#/$defs/npm/properties/npm/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data11.version !== undefined){
let data13 = data11.version;
if((typeof data13 !== "string") && (!((typeof data13 == "number") && (isFinite(data13))))){
const err33 = {instancePath:instancePath+"/packages/" + i3+"/version",schemaPath:"#/$defs/npm/properties/version/type",keyword:"type",params:{type: schema13.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data11.priority !== undefined){
let data14 = data11.priority;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err34 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/npm/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 1000 || isNaN(data14)){
const err35 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/npm/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(data14 < -1000 || isNaN(data14)){
const err36 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/npm/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
}
}
else {
const err37 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/npm/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
var _valid0 = _errs30 === errors;
valid12 = valid12 || _valid0;
if(!valid12){
const _errs40 = errors;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
if(data11.pypi === undefined){
const err38 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/pypi/required",keyword:"required",params:{missingProperty: "pypi"},message:"must have required property '"+"pypi"+"'"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
for(const key5 in data11){
if(!(((key5 === "pypi") || (key5 === "version")) || (key5 === "priority"))){
const err39 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/pypi/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data11.pypi !== undefined){
let data15 = data11.pypi;
if(typeof data15 === "string"){
if(data15.length > 2048){
const err40 = {instancePath:instancePath+"/packages/" + i3+"/pypi",schemaPath:"#/$defs/pypi/properties/pypi/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
if(data15.length < 1){
const err41 = {instancePath:instancePath+"/packages/" + i3+"/pypi",schemaPath:"#/$defs/pypi/properties/pypi/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
else {
const err42 = {instancePath:instancePath+"/packages/" + i3+"/pypi",schemaPath:"#/$defs/pypi/properties/pypi/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data11.version !== undefined){
let data16 = data11.version;
if((typeof data16 !== "string") && (!((typeof data16 == "number") && (isFinite(data16))))){
const err43 = {instancePath:instancePath+"/packages/" + i3+"/version",schemaPath:"#/$defs/pypi/properties/version/type",keyword:"type",params:{type: schema14.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data11.priority !== undefined){
let data17 = data11.priority;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err44 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/pypi/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 > 1000 || isNaN(data17)){
const err45 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/pypi/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(data17 < -1000 || isNaN(data17)){
const err46 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/pypi/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
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
const err47 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/pypi/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
var _valid0 = _errs40 === errors;
valid12 = valid12 || _valid0;
if(!valid12){
const _errs50 = errors;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
if(data11.deb === undefined){
const err48 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/deb/required",keyword:"required",params:{missingProperty: "deb"},message:"must have required property '"+"deb"+"'"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
for(const key6 in data11){
if(!(((key6 === "deb") || (key6 === "version")) || (key6 === "priority"))){
const err49 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/deb/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
if(data11.deb !== undefined){
let data18 = data11.deb;
if(typeof data18 === "string"){
if(data18.length > 2048){
const err50 = {instancePath:instancePath+"/packages/" + i3+"/deb",schemaPath:"#/$defs/deb/properties/deb/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if(data18.length < 1){
const err51 = {instancePath:instancePath+"/packages/" + i3+"/deb",schemaPath:"#/$defs/deb/properties/deb/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
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
const err52 = {instancePath:instancePath+"/packages/" + i3+"/deb",schemaPath:"#/$defs/deb/properties/deb/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data11.version !== undefined){
let data19 = data11.version;
if((typeof data19 !== "string") && (!((typeof data19 == "number") && (isFinite(data19))))){
const err53 = {instancePath:instancePath+"/packages/" + i3+"/version",schemaPath:"#/$defs/deb/properties/version/type",keyword:"type",params:{type: schema15.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data11.priority !== undefined){
let data20 = data11.priority;
if(!(((typeof data20 == "number") && (!(data20 % 1) && !isNaN(data20))) && (isFinite(data20)))){
const err54 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/deb/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if((typeof data20 == "number") && (isFinite(data20))){
if(data20 > 1000 || isNaN(data20)){
const err55 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/deb/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if(data20 < -1000 || isNaN(data20)){
const err56 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/deb/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
}
}
else {
const err57 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/deb/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
var _valid0 = _errs50 === errors;
valid12 = valid12 || _valid0;
if(!valid12){
const _errs60 = errors;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
if(data11.git === undefined){
const err58 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/git/required",keyword:"required",params:{missingProperty: "git"},message:"must have required property '"+"git"+"'"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
for(const key7 in data11){
if(!((((key7 === "git") || (key7 === "rev")) || (key7 === "directory")) || (key7 === "priority"))){
const err59 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/git/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
if(data11.git !== undefined){
let data21 = data11.git;
if(typeof data21 === "string"){
if(data21.length > 2048){
const err60 = {instancePath:instancePath+"/packages/" + i3+"/git",schemaPath:"#/$defs/git/properties/git/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(data21.length < 1){
const err61 = {instancePath:instancePath+"/packages/" + i3+"/git",schemaPath:"#/$defs/git/properties/git/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
else {
const err62 = {instancePath:instancePath+"/packages/" + i3+"/git",schemaPath:"#/$defs/git/properties/git/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
if(data11.rev !== undefined){
let data22 = data11.rev;
if((typeof data22 !== "string") && (!((typeof data22 == "number") && (isFinite(data22))))){
const err63 = {instancePath:instancePath+"/packages/" + i3+"/rev",schemaPath:"#/$defs/git/properties/rev/type",keyword:"type",params:{type: schema16.properties.rev.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(typeof data22 === "string"){
if(data22.length > 2048){
const err64 = {instancePath:instancePath+"/packages/" + i3+"/rev",schemaPath:"#/$defs/git/properties/rev/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if(data22.length < 1){
const err65 = {instancePath:instancePath+"/packages/" + i3+"/rev",schemaPath:"#/$defs/git/properties/rev/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
}
if(data11.directory !== undefined){
let data23 = data11.directory;
if(typeof data23 === "string"){
if(data23.length > 1024){
const err66 = {instancePath:instancePath+"/packages/" + i3+"/directory",schemaPath:"#/$defs/git/properties/directory/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
if(!pattern2.test(data23)){
const err67 = {instancePath:instancePath+"/packages/" + i3+"/directory",schemaPath:"#/$defs/git/properties/directory/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
else {
const err68 = {instancePath:instancePath+"/packages/" + i3+"/directory",schemaPath:"#/$defs/git/properties/directory/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data11.priority !== undefined){
let data24 = data11.priority;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err69 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/git/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 > 1000 || isNaN(data24)){
const err70 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/git/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
if(data24 < -1000 || isNaN(data24)){
const err71 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/git/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
}
}
else {
const err72 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/git/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
var _valid0 = _errs60 === errors;
valid12 = valid12 || _valid0;
if(!valid12){
const _errs72 = errors;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
if(data11.url === undefined){
const err73 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/url/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
for(const key8 in data11){
if(!((((((((key8 === "url") || (key8 === "sha256")) || (key8 === "integrity")) || (key8 === "unpack")) || (key8 === "strip")) || (key8 === "executable")) || (key8 === "place")) || (key8 === "priority"))){
const err74 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/url/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data11.url !== undefined){
let data25 = data11.url;
if(typeof data25 === "string"){
if(data25.length > 2048){
const err75 = {instancePath:instancePath+"/packages/" + i3+"/url",schemaPath:"#/$defs/url/properties/url/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
if(data25.length < 1){
const err76 = {instancePath:instancePath+"/packages/" + i3+"/url",schemaPath:"#/$defs/url/properties/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
else {
const err77 = {instancePath:instancePath+"/packages/" + i3+"/url",schemaPath:"#/$defs/url/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data11.sha256 !== undefined){
let data26 = data11.sha256;
if((typeof data26 !== "string") && (!((typeof data26 == "number") && (isFinite(data26))))){
const err78 = {instancePath:instancePath+"/packages/" + i3+"/sha256",schemaPath:"#/$defs/url/properties/sha256/type",keyword:"type",params:{type: schema17.properties.sha256.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
if(typeof data26 === "string"){
if(!pattern3.test(data26)){
const err79 = {instancePath:instancePath+"/packages/" + i3+"/sha256",schemaPath:"#/$defs/url/properties/sha256/pattern",keyword:"pattern",params:{pattern: "^[0-9A-Fa-f]{64}$"},message:"must match pattern \""+"^[0-9A-Fa-f]{64}$"+"\""};
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
if(data11.integrity !== undefined){
let data27 = data11.integrity;
if(typeof data27 === "string"){
if(!pattern4.test(data27)){
const err80 = {instancePath:instancePath+"/packages/" + i3+"/integrity",schemaPath:"#/$defs/url/properties/integrity/pattern",keyword:"pattern",params:{pattern: "^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"},message:"must match pattern \""+"^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"+"\""};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
else {
const err81 = {instancePath:instancePath+"/packages/" + i3+"/integrity",schemaPath:"#/$defs/url/properties/integrity/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data11.unpack !== undefined){
if(typeof data11.unpack !== "boolean"){
const err82 = {instancePath:instancePath+"/packages/" + i3+"/unpack",schemaPath:"#/$defs/url/properties/unpack/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data11.strip !== undefined){
let data29 = data11.strip;
if(!(((typeof data29 == "number") && (!(data29 % 1) && !isNaN(data29))) && (isFinite(data29)))){
const err83 = {instancePath:instancePath+"/packages/" + i3+"/strip",schemaPath:"#/$defs/url/properties/strip/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
if((typeof data29 == "number") && (isFinite(data29))){
if(data29 > 16 || isNaN(data29)){
const err84 = {instancePath:instancePath+"/packages/" + i3+"/strip",schemaPath:"#/$defs/url/properties/strip/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16},message:"must be <= 16"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
if(data29 < 0 || isNaN(data29)){
const err85 = {instancePath:instancePath+"/packages/" + i3+"/strip",schemaPath:"#/$defs/url/properties/strip/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
}
if(data11.executable !== undefined){
if(typeof data11.executable !== "boolean"){
const err86 = {instancePath:instancePath+"/packages/" + i3+"/executable",schemaPath:"#/$defs/url/properties/executable/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data11.place !== undefined){
let data31 = data11.place;
if(typeof data31 === "string"){
if(data31.length > 1024){
const err87 = {instancePath:instancePath+"/packages/" + i3+"/place",schemaPath:"#/$defs/url/properties/place/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
if(!pattern2.test(data31)){
const err88 = {instancePath:instancePath+"/packages/" + i3+"/place",schemaPath:"#/$defs/url/properties/place/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
else {
const err89 = {instancePath:instancePath+"/packages/" + i3+"/place",schemaPath:"#/$defs/url/properties/place/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
if(data11.priority !== undefined){
let data32 = data11.priority;
if(!(((typeof data32 == "number") && (!(data32 % 1) && !isNaN(data32))) && (isFinite(data32)))){
const err90 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/url/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
if((typeof data32 == "number") && (isFinite(data32))){
if(data32 > 1000 || isNaN(data32)){
const err91 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/url/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
if(data32 < -1000 || isNaN(data32)){
const err92 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/url/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
}
}
else {
const err93 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/url/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
var _valid0 = _errs72 === errors;
valid12 = valid12 || _valid0;
if(!valid12){
const _errs92 = errors;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
if(data11.path === undefined){
const err94 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/path/required",keyword:"required",params:{missingProperty: "path"},message:"must have required property '"+"path"+"'"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
for(const key9 in data11){
if(!((key9 === "path") || (key9 === "priority"))){
const err95 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/path/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
if(data11.path !== undefined){
let data33 = data11.path;
if(typeof data33 === "string"){
if(data33.length > 2048){
const err96 = {instancePath:instancePath+"/packages/" + i3+"/path",schemaPath:"#/$defs/path/properties/path/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
if(data33.length < 1){
const err97 = {instancePath:instancePath+"/packages/" + i3+"/path",schemaPath:"#/$defs/path/properties/path/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
else {
const err98 = {instancePath:instancePath+"/packages/" + i3+"/path",schemaPath:"#/$defs/path/properties/path/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
if(data11.priority !== undefined){
let data34 = data11.priority;
if(!(((typeof data34 == "number") && (!(data34 % 1) && !isNaN(data34))) && (isFinite(data34)))){
const err99 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/path/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
if((typeof data34 == "number") && (isFinite(data34))){
if(data34 > 1000 || isNaN(data34)){
const err100 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/path/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if(data34 < -1000 || isNaN(data34)){
const err101 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/path/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
}
}
else {
const err102 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/path/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
var _valid0 = _errs92 === errors;
valid12 = valid12 || _valid0;
if(!valid12){
const _errs100 = errors;
if(data11 && typeof data11 == "object" && !Array.isArray(data11)){
if(data11.registry === undefined){
const err103 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/registry/required",keyword:"required",params:{missingProperty: "registry"},message:"must have required property '"+"registry"+"'"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
for(const key10 in data11){
if(!(((key10 === "registry") || (key10 === "version")) || (key10 === "priority"))){
const err104 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/registry/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
if(data11.registry !== undefined){
let data35 = data11.registry;
if(typeof data35 === "string"){
if(data35.length > 2048){
const err105 = {instancePath:instancePath+"/packages/" + i3+"/registry",schemaPath:"#/$defs/registry/properties/registry/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
if(data35.length < 1){
const err106 = {instancePath:instancePath+"/packages/" + i3+"/registry",schemaPath:"#/$defs/registry/properties/registry/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
else {
const err107 = {instancePath:instancePath+"/packages/" + i3+"/registry",schemaPath:"#/$defs/registry/properties/registry/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
if(data11.version !== undefined){
let data36 = data11.version;
if((typeof data36 !== "string") && (!((typeof data36 == "number") && (isFinite(data36))))){
const err108 = {instancePath:instancePath+"/packages/" + i3+"/version",schemaPath:"#/$defs/registry/properties/version/type",keyword:"type",params:{type: schema19.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
if(data11.priority !== undefined){
let data37 = data11.priority;
if(!(((typeof data37 == "number") && (!(data37 % 1) && !isNaN(data37))) && (isFinite(data37)))){
const err109 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/registry/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
if((typeof data37 == "number") && (isFinite(data37))){
if(data37 > 1000 || isNaN(data37)){
const err110 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/registry/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
if(data37 < -1000 || isNaN(data37)){
const err111 = {instancePath:instancePath+"/packages/" + i3+"/priority",schemaPath:"#/$defs/registry/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
}
}
else {
const err112 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/$defs/registry/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
var _valid0 = _errs100 === errors;
valid12 = valid12 || _valid0;
}
}
}
}
}
}
}
if(!valid12){
const err113 = {instancePath:instancePath+"/packages/" + i3,schemaPath:"#/properties/packages/items/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
else {
errors = _errs26;
if(vErrors !== null){
if(_errs26){
vErrors.length = _errs26;
}
else {
vErrors = null;
}
}
}
}
}
}
if(data.variables !== undefined){
let data38 = data.variables;
if((!(data38 && typeof data38 == "object" && !Array.isArray(data38))) && (data38 !== null)){
const err114 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/type",keyword:"type",params:{type: schema11.properties.variables.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
if(data38 && typeof data38 == "object" && !Array.isArray(data38)){
for(const key11 in data38){
const _errs112 = errors;
if(typeof key11 === "string"){
if(!pattern6.test(key11)){
const err115 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/allOf/0/pattern",keyword:"pattern",params:{pattern: "^(?!PATH$)"},message:"must match pattern \""+"^(?!PATH$)"+"\"",propertyName:key11};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
}
if(typeof key11 === "string"){
if(!pattern7.test(key11)){
const err116 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/allOf/1/pattern",keyword:"pattern",params:{pattern: "^(?!TENON_)"},message:"must match pattern \""+"^(?!TENON_)"+"\"",propertyName:key11};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
if(typeof key11 === "string"){
if(key11.length > 256){
const err117 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",propertyName:key11};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
if(!pattern8.test(key11)){
const err118 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$"+"\"",propertyName:key11};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
var valid28 = _errs112 === errors;
if(!valid28){
const err119 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames",keyword:"propertyNames",params:{propertyName: key11},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
for(const key12 in data38){
let data39 = data38[key12];
if(((typeof data39 !== "string") && (!((typeof data39 == "number") && (isFinite(data39))))) && (typeof data39 !== "boolean")){
const err120 = {instancePath:instancePath+"/variables/" + key12.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/type",keyword:"type",params:{type: schema11.properties.variables.additionalProperties.type},message:"must be string,number,boolean"};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
if(typeof data39 === "string"){
if(data39.length > 32768){
const err121 = {instancePath:instancePath+"/variables/" + key12.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters"};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
}
}
}
if(data.minimumReleaseAge !== undefined){
let data40 = data.minimumReleaseAge;
if((((typeof data40 !== "string") && (!(((typeof data40 == "number") && (!(data40 % 1) && !isNaN(data40))) && (isFinite(data40))))) && (!(data40 && typeof data40 == "object" && !Array.isArray(data40)))) && (data40 !== null)){
const err122 = {instancePath:instancePath+"/minimumReleaseAge",schemaPath:"#/properties/minimumReleaseAge/type",keyword:"type",params:{type: schema11.properties.minimumReleaseAge.type},message:"must be string,integer,object,null"};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
if((typeof data40 == "number") && (isFinite(data40))){
if(data40 > 365 || isNaN(data40)){
const err123 = {instancePath:instancePath+"/minimumReleaseAge",schemaPath:"#/properties/minimumReleaseAge/maximum",keyword:"maximum",params:{comparison: "<=", limit: 365},message:"must be <= 365"};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
if(data40 < 0 || isNaN(data40)){
const err124 = {instancePath:instancePath+"/minimumReleaseAge",schemaPath:"#/properties/minimumReleaseAge/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
if(typeof data40 === "string"){
if(!pattern9.test(data40)){
const err125 = {instancePath:instancePath+"/minimumReleaseAge",schemaPath:"#/properties/minimumReleaseAge/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,6}[mhdw]?$"},message:"must match pattern \""+"^[0-9]{1,6}[mhdw]?$"+"\""};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
}
if(data40 && typeof data40 == "object" && !Array.isArray(data40)){
for(const key13 in data40){
if(!((key13 === "age") || (key13 === "except"))){
const err126 = {instancePath:instancePath+"/minimumReleaseAge",schemaPath:"#/properties/minimumReleaseAge/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
if(data40.age !== undefined){
let data41 = data40.age;
if((typeof data41 !== "string") && (!(((typeof data41 == "number") && (!(data41 % 1) && !isNaN(data41))) && (isFinite(data41))))){
const err127 = {instancePath:instancePath+"/minimumReleaseAge/age",schemaPath:"#/properties/minimumReleaseAge/properties/age/type",keyword:"type",params:{type: schema11.properties.minimumReleaseAge.properties.age.type},message:"must be string,integer"};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
if((typeof data41 == "number") && (isFinite(data41))){
if(data41 > 365 || isNaN(data41)){
const err128 = {instancePath:instancePath+"/minimumReleaseAge/age",schemaPath:"#/properties/minimumReleaseAge/properties/age/maximum",keyword:"maximum",params:{comparison: "<=", limit: 365},message:"must be <= 365"};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
if(data41 < 0 || isNaN(data41)){
const err129 = {instancePath:instancePath+"/minimumReleaseAge/age",schemaPath:"#/properties/minimumReleaseAge/properties/age/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
}
if(typeof data41 === "string"){
if(!pattern9.test(data41)){
const err130 = {instancePath:instancePath+"/minimumReleaseAge/age",schemaPath:"#/properties/minimumReleaseAge/properties/age/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,6}[mhdw]?$"},message:"must match pattern \""+"^[0-9]{1,6}[mhdw]?$"+"\""};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
}
if(data40.except !== undefined){
let data42 = data40.except;
if((!(Array.isArray(data42))) && (data42 !== null)){
const err131 = {instancePath:instancePath+"/minimumReleaseAge/except",schemaPath:"#/properties/minimumReleaseAge/properties/except/type",keyword:"type",params:{type: schema11.properties.minimumReleaseAge.properties.except.type},message:"must be array,null"};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
if(Array.isArray(data42)){
if(data42.length > 1000){
const err132 = {instancePath:instancePath+"/minimumReleaseAge/except",schemaPath:"#/properties/minimumReleaseAge/properties/except/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items"};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
const len4 = data42.length;
for(let i4=0; i4<len4; i4++){
let data43 = data42[i4];
if(typeof data43 === "string"){
if(data43.length > 2048){
const err133 = {instancePath:instancePath+"/minimumReleaseAge/except/" + i4,schemaPath:"#/properties/minimumReleaseAge/properties/except/items/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
if(data43.length < 1){
const err134 = {instancePath:instancePath+"/minimumReleaseAge/except/" + i4,schemaPath:"#/properties/minimumReleaseAge/properties/except/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
else {
const err135 = {instancePath:instancePath+"/minimumReleaseAge/except/" + i4,schemaPath:"#/properties/minimumReleaseAge/properties/except/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
}
}
}
}
}
if(data.links !== undefined){
let data44 = data.links;
if((!(data44 && typeof data44 == "object" && !Array.isArray(data44))) && (data44 !== null)){
const err136 = {instancePath:instancePath+"/links",schemaPath:"#/properties/links/type",keyword:"type",params:{type: schema11.properties.links.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
if(data44 && typeof data44 == "object" && !Array.isArray(data44)){
if(Object.keys(data44).length > 256){
const err137 = {instancePath:instancePath+"/links",schemaPath:"#/properties/links/maxProperties",keyword:"maxProperties",params:{limit: 256},message:"must NOT have more than 256 properties"};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
for(const key14 in data44){
const _errs129 = errors;
if(typeof key14 === "string"){
if(key14.length > 1024){
const err138 = {instancePath:instancePath+"/links",schemaPath:"#/properties/links/propertyNames/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",propertyName:key14};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
if(!pattern2.test(key14)){
const err139 = {instancePath:instancePath+"/links",schemaPath:"#/properties/links/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\"",propertyName:key14};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
var valid34 = _errs129 === errors;
if(!valid34){
const err140 = {instancePath:instancePath+"/links",schemaPath:"#/properties/links/propertyNames",keyword:"propertyNames",params:{propertyName: key14},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
}
for(const key15 in data44){
let data45 = data44[key15];
if(typeof data45 === "string"){
if(data45.length > 1024){
const err141 = {instancePath:instancePath+"/links/" + key15.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/links/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
if(!pattern2.test(data45)){
const err142 = {instancePath:instancePath+"/links/" + key15.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/links/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
else {
const err143 = {instancePath:instancePath+"/links/" + key15.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/links/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
}
}
if(data.checks !== undefined){
let data46 = data.checks;
if((!(Array.isArray(data46))) && (data46 !== null)){
const err144 = {instancePath:instancePath+"/checks",schemaPath:"#/properties/checks/type",keyword:"type",params:{type: schema11.properties.checks.type},message:"must be array,null"};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
if(Array.isArray(data46)){
if(data46.length > 100){
const err145 = {instancePath:instancePath+"/checks",schemaPath:"#/properties/checks/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
const len5 = data46.length;
for(let i5=0; i5<len5; i5++){
let data47 = data46[i5];
if(typeof data47 === "string"){
if(data47.length > 4096){
const err146 = {instancePath:instancePath+"/checks/" + i5,schemaPath:"#/properties/checks/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
if(!pattern13.test(data47)){
const err147 = {instancePath:instancePath+"/checks/" + i5,schemaPath:"#/properties/checks/items/pattern",keyword:"pattern",params:{pattern: "\\S"},message:"must match pattern \""+"\\S"+"\""};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
else {
const err148 = {instancePath:instancePath+"/checks/" + i5,schemaPath:"#/properties/checks/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
}
}
}
}
else {
const err149 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}

