// Generated from core/environment-schema.ts by `npm run gen`; not for editing.
// @ts-nocheck
"use strict";
export const validateEnvironment = validate10;
const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","required":["tenon"],"additionalProperties":false,"properties":{"tenon":{"const":1},"extends":{"type":["array","null"],"maxItems":32,"items":{"type":"string","minLength":1,"maxLength":2048}},"systems":{"type":["array","null"],"minItems":1,"items":{"enum":["x86_64-linux","aarch64-linux"]}},"registries":{"type":["object","null"],"propertyNames":{"pattern":"^[a-z][a-z0-9-]{0,63}$"},"additionalProperties":{"type":"string","minLength":1,"maxLength":2048}},"packages":{"type":["array","null"],"items":{"anyOf":[{"$ref":"#/$defs/short"},{"$ref":"#/$defs/npm"},{"$ref":"#/$defs/pypi"},{"$ref":"#/$defs/deb"},{"$ref":"#/$defs/git"},{"$ref":"#/$defs/url"},{"$ref":"#/$defs/path"},{"$ref":"#/$defs/registry"}]}},"variables":{"type":["object","null"],"propertyNames":{"maxLength":256,"pattern":"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$","allOf":[{"pattern":"^(?!PATH$)"},{"pattern":"^(?!TENON_)"}]},"additionalProperties":{"type":["string","number","boolean"],"maxLength":32768}},"links":{"type":["object","null"],"maxProperties":256,"propertyNames":{"maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"additionalProperties":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"}},"checks":{"type":["array","null"],"maxItems":100,"items":{"type":"string","maxLength":4096,"pattern":"\\S"}}},"$defs":{"short":{"type":"string","maxLength":2048,"pattern":"^[a-z][a-z0-9-]*:\\S"},"npm":{"type":"object","required":["npm"],"additionalProperties":false,"properties":{"npm":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"pypi":{"type":"object","required":["pypi"],"additionalProperties":false,"properties":{"pypi":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"deb":{"type":"object","required":["deb"],"additionalProperties":false,"properties":{"deb":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"git":{"type":"object","required":["git"],"additionalProperties":false,"properties":{"git":{"type":"string","minLength":1,"maxLength":2048},"rev":{"type":["string","number"],"minLength":1,"maxLength":2048},"directory":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"url":{"type":"object","required":["url"],"additionalProperties":false,"properties":{"url":{"type":"string","minLength":1,"maxLength":2048},"sha256":{"type":["string","number"],"pattern":"^[0-9A-Fa-f]{64}$"},"integrity":{"type":"string","pattern":"^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"},"unpack":{"type":"boolean"},"strip":{"type":"integer","minimum":0,"maximum":16},"executable":{"type":"boolean"},"place":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"path":{"type":"object","required":["path"],"additionalProperties":false,"properties":{"path":{"type":"string","minLength":1,"maxLength":2048},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}},"registry":{"type":"object","required":["registry"],"additionalProperties":false,"properties":{"registry":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}}}};
const schema12 = {"type":"string","maxLength":2048,"pattern":"^[a-z][a-z0-9-]*:\\S"};
const schema13 = {"type":"object","required":["npm"],"additionalProperties":false,"properties":{"npm":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema14 = {"type":"object","required":["pypi"],"additionalProperties":false,"properties":{"pypi":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema15 = {"type":"object","required":["deb"],"additionalProperties":false,"properties":{"deb":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema16 = {"type":"object","required":["git"],"additionalProperties":false,"properties":{"git":{"type":"string","minLength":1,"maxLength":2048},"rev":{"type":["string","number"],"minLength":1,"maxLength":2048},"directory":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema17 = {"type":"object","required":["url"],"additionalProperties":false,"properties":{"url":{"type":"string","minLength":1,"maxLength":2048},"sha256":{"type":["string","number"],"pattern":"^[0-9A-Fa-f]{64}$"},"integrity":{"type":"string","pattern":"^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"},"unpack":{"type":"boolean"},"strip":{"type":"integer","minimum":0,"maximum":16},"executable":{"type":"boolean"},"place":{"type":"string","maxLength":1024,"pattern":"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema18 = {"type":"object","required":["path"],"additionalProperties":false,"properties":{"path":{"type":"string","minLength":1,"maxLength":2048},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const schema19 = {"type":"object","required":["registry"],"additionalProperties":false,"properties":{"registry":{"type":"string","minLength":1,"maxLength":2048},"version":{"type":["string","number"]},"priority":{"type":"integer","minimum":-1000,"maximum":1000}}};
const pattern0 = new RegExp("^[a-z][a-z0-9-]{0,63}$", "u");
const pattern1 = new RegExp("^[a-z][a-z0-9-]*:\\S", "u");
const pattern2 = new RegExp("^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$", "u");
const pattern3 = new RegExp("^[0-9A-Fa-f]{64}$", "u");
const pattern4 = new RegExp("^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$", "u");
const pattern6 = new RegExp("^(?!PATH$)", "u");
const pattern7 = new RegExp("^(?!TENON_)", "u");
const pattern8 = new RegExp("^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$", "u");
const pattern11 = new RegExp("\\S", "u");

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
if(!((((((((key0 === "tenon") || (key0 === "extends")) || (key0 === "systems")) || (key0 === "registries")) || (key0 === "packages")) || (key0 === "variables")) || (key0 === "links")) || (key0 === "checks"))){
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
if(data.packages !== undefined){
let data7 = data.packages;
if((!(Array.isArray(data7))) && (data7 !== null)){
const err17 = {instancePath:instancePath+"/packages",schemaPath:"#/properties/packages/type",keyword:"type",params:{type: schema11.properties.packages.type},message:"must be array,null"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if(Array.isArray(data7)){
const len2 = data7.length;
for(let i2=0; i2<len2; i2++){
let data8 = data7[i2];
const _errs19 = errors;
let valid9 = false;
const _errs20 = errors;
if(typeof data8 === "string"){
if(data8.length > 2048){
const err18 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/short/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(!pattern1.test(data8)){
const err19 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/short/pattern",keyword:"pattern",params:{pattern: "^[a-z][a-z0-9-]*:\\S"},message:"must match pattern \""+"^[a-z][a-z0-9-]*:\\S"+"\""};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
else {
const err20 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/short/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
var _valid0 = _errs20 === errors;
valid9 = valid9 || _valid0;
if(!valid9){
const _errs23 = errors;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(data8.npm === undefined){
const err21 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/npm/required",keyword:"required",params:{missingProperty: "npm"},message:"must have required property '"+"npm"+"'"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
for(const key3 in data8){
if(!(((key3 === "npm") || (key3 === "version")) || (key3 === "priority"))){
const err22 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/npm/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
if(data8.npm !== undefined){
let data9 = data8.npm;
if(typeof data9 === "string"){
if(data9.length > 2048){
const err23 = {instancePath:instancePath+"/packages/" + i2+"/npm",schemaPath:"#/$defs/npm/properties/npm/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data9.length < 1){
const err24 = {instancePath:instancePath+"/packages/" + i2+"/npm",schemaPath:"#/$defs/npm/properties/npm/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/packages/" + i2+"/npm",schemaPath:"#/$defs/npm/properties/npm/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
if(data8.version !== undefined){
let data10 = data8.version;
if((typeof data10 !== "string") && (!((typeof data10 == "number") && (isFinite(data10))))){
const err26 = {instancePath:instancePath+"/packages/" + i2+"/version",schemaPath:"#/$defs/npm/properties/version/type",keyword:"type",params:{type: schema13.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data8.priority !== undefined){
let data11 = data8.priority;
if(!(((typeof data11 == "number") && (!(data11 % 1) && !isNaN(data11))) && (isFinite(data11)))){
const err27 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/npm/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if((typeof data11 == "number") && (isFinite(data11))){
if(data11 > 1000 || isNaN(data11)){
const err28 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/npm/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(data11 < -1000 || isNaN(data11)){
const err29 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/npm/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
}
else {
const err30 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/npm/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
var _valid0 = _errs23 === errors;
valid9 = valid9 || _valid0;
if(!valid9){
const _errs33 = errors;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(data8.pypi === undefined){
const err31 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/pypi/required",keyword:"required",params:{missingProperty: "pypi"},message:"must have required property '"+"pypi"+"'"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
for(const key4 in data8){
if(!(((key4 === "pypi") || (key4 === "version")) || (key4 === "priority"))){
const err32 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/pypi/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data8.pypi !== undefined){
let data12 = data8.pypi;
if(typeof data12 === "string"){
if(data12.length > 2048){
const err33 = {instancePath:instancePath+"/packages/" + i2+"/pypi",schemaPath:"#/$defs/pypi/properties/pypi/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if(data12.length < 1){
const err34 = {instancePath:instancePath+"/packages/" + i2+"/pypi",schemaPath:"#/$defs/pypi/properties/pypi/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
else {
const err35 = {instancePath:instancePath+"/packages/" + i2+"/pypi",schemaPath:"#/$defs/pypi/properties/pypi/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data8.version !== undefined){
let data13 = data8.version;
if((typeof data13 !== "string") && (!((typeof data13 == "number") && (isFinite(data13))))){
const err36 = {instancePath:instancePath+"/packages/" + i2+"/version",schemaPath:"#/$defs/pypi/properties/version/type",keyword:"type",params:{type: schema14.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data8.priority !== undefined){
let data14 = data8.priority;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err37 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/pypi/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 > 1000 || isNaN(data14)){
const err38 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/pypi/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
if(data14 < -1000 || isNaN(data14)){
const err39 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/pypi/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
}
}
else {
const err40 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/pypi/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
var _valid0 = _errs33 === errors;
valid9 = valid9 || _valid0;
if(!valid9){
const _errs43 = errors;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(data8.deb === undefined){
const err41 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/deb/required",keyword:"required",params:{missingProperty: "deb"},message:"must have required property '"+"deb"+"'"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
for(const key5 in data8){
if(!(((key5 === "deb") || (key5 === "version")) || (key5 === "priority"))){
const err42 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/deb/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data8.deb !== undefined){
let data15 = data8.deb;
if(typeof data15 === "string"){
if(data15.length > 2048){
const err43 = {instancePath:instancePath+"/packages/" + i2+"/deb",schemaPath:"#/$defs/deb/properties/deb/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
if(data15.length < 1){
const err44 = {instancePath:instancePath+"/packages/" + i2+"/deb",schemaPath:"#/$defs/deb/properties/deb/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
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
const err45 = {instancePath:instancePath+"/packages/" + i2+"/deb",schemaPath:"#/$defs/deb/properties/deb/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data8.version !== undefined){
let data16 = data8.version;
if((typeof data16 !== "string") && (!((typeof data16 == "number") && (isFinite(data16))))){
const err46 = {instancePath:instancePath+"/packages/" + i2+"/version",schemaPath:"#/$defs/deb/properties/version/type",keyword:"type",params:{type: schema15.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data8.priority !== undefined){
let data17 = data8.priority;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err47 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/deb/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 > 1000 || isNaN(data17)){
const err48 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/deb/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data17 < -1000 || isNaN(data17)){
const err49 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/deb/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
}
else {
const err50 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/deb/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
var _valid0 = _errs43 === errors;
valid9 = valid9 || _valid0;
if(!valid9){
const _errs53 = errors;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(data8.git === undefined){
const err51 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/git/required",keyword:"required",params:{missingProperty: "git"},message:"must have required property '"+"git"+"'"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
for(const key6 in data8){
if(!((((key6 === "git") || (key6 === "rev")) || (key6 === "directory")) || (key6 === "priority"))){
const err52 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/git/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data8.git !== undefined){
let data18 = data8.git;
if(typeof data18 === "string"){
if(data18.length > 2048){
const err53 = {instancePath:instancePath+"/packages/" + i2+"/git",schemaPath:"#/$defs/git/properties/git/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
if(data18.length < 1){
const err54 = {instancePath:instancePath+"/packages/" + i2+"/git",schemaPath:"#/$defs/git/properties/git/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
else {
const err55 = {instancePath:instancePath+"/packages/" + i2+"/git",schemaPath:"#/$defs/git/properties/git/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data8.rev !== undefined){
let data19 = data8.rev;
if((typeof data19 !== "string") && (!((typeof data19 == "number") && (isFinite(data19))))){
const err56 = {instancePath:instancePath+"/packages/" + i2+"/rev",schemaPath:"#/$defs/git/properties/rev/type",keyword:"type",params:{type: schema16.properties.rev.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
if(typeof data19 === "string"){
if(data19.length > 2048){
const err57 = {instancePath:instancePath+"/packages/" + i2+"/rev",schemaPath:"#/$defs/git/properties/rev/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
if(data19.length < 1){
const err58 = {instancePath:instancePath+"/packages/" + i2+"/rev",schemaPath:"#/$defs/git/properties/rev/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
}
if(data8.directory !== undefined){
let data20 = data8.directory;
if(typeof data20 === "string"){
if(data20.length > 1024){
const err59 = {instancePath:instancePath+"/packages/" + i2+"/directory",schemaPath:"#/$defs/git/properties/directory/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(!pattern2.test(data20)){
const err60 = {instancePath:instancePath+"/packages/" + i2+"/directory",schemaPath:"#/$defs/git/properties/directory/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
else {
const err61 = {instancePath:instancePath+"/packages/" + i2+"/directory",schemaPath:"#/$defs/git/properties/directory/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data8.priority !== undefined){
let data21 = data8.priority;
if(!(((typeof data21 == "number") && (!(data21 % 1) && !isNaN(data21))) && (isFinite(data21)))){
const err62 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/git/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if((typeof data21 == "number") && (isFinite(data21))){
if(data21 > 1000 || isNaN(data21)){
const err63 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/git/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(data21 < -1000 || isNaN(data21)){
const err64 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/git/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
}
}
else {
const err65 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/git/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
var _valid0 = _errs53 === errors;
valid9 = valid9 || _valid0;
if(!valid9){
const _errs65 = errors;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(data8.url === undefined){
const err66 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/url/required",keyword:"required",params:{missingProperty: "url"},message:"must have required property '"+"url"+"'"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
for(const key7 in data8){
if(!((((((((key7 === "url") || (key7 === "sha256")) || (key7 === "integrity")) || (key7 === "unpack")) || (key7 === "strip")) || (key7 === "executable")) || (key7 === "place")) || (key7 === "priority"))){
const err67 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/url/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data8.url !== undefined){
let data22 = data8.url;
if(typeof data22 === "string"){
if(data22.length > 2048){
const err68 = {instancePath:instancePath+"/packages/" + i2+"/url",schemaPath:"#/$defs/url/properties/url/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if(data22.length < 1){
const err69 = {instancePath:instancePath+"/packages/" + i2+"/url",schemaPath:"#/$defs/url/properties/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
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
const err70 = {instancePath:instancePath+"/packages/" + i2+"/url",schemaPath:"#/$defs/url/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data8.sha256 !== undefined){
let data23 = data8.sha256;
if((typeof data23 !== "string") && (!((typeof data23 == "number") && (isFinite(data23))))){
const err71 = {instancePath:instancePath+"/packages/" + i2+"/sha256",schemaPath:"#/$defs/url/properties/sha256/type",keyword:"type",params:{type: schema17.properties.sha256.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
if(typeof data23 === "string"){
if(!pattern3.test(data23)){
const err72 = {instancePath:instancePath+"/packages/" + i2+"/sha256",schemaPath:"#/$defs/url/properties/sha256/pattern",keyword:"pattern",params:{pattern: "^[0-9A-Fa-f]{64}$"},message:"must match pattern \""+"^[0-9A-Fa-f]{64}$"+"\""};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
}
if(data8.integrity !== undefined){
let data24 = data8.integrity;
if(typeof data24 === "string"){
if(!pattern4.test(data24)){
const err73 = {instancePath:instancePath+"/packages/" + i2+"/integrity",schemaPath:"#/$defs/url/properties/integrity/pattern",keyword:"pattern",params:{pattern: "^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"},message:"must match pattern \""+"^sha(?:256|384|512)-[A-Za-z0-9+/]+={0,2}$"+"\""};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
else {
const err74 = {instancePath:instancePath+"/packages/" + i2+"/integrity",schemaPath:"#/$defs/url/properties/integrity/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data8.unpack !== undefined){
if(typeof data8.unpack !== "boolean"){
const err75 = {instancePath:instancePath+"/packages/" + i2+"/unpack",schemaPath:"#/$defs/url/properties/unpack/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data8.strip !== undefined){
let data26 = data8.strip;
if(!(((typeof data26 == "number") && (!(data26 % 1) && !isNaN(data26))) && (isFinite(data26)))){
const err76 = {instancePath:instancePath+"/packages/" + i2+"/strip",schemaPath:"#/$defs/url/properties/strip/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
if((typeof data26 == "number") && (isFinite(data26))){
if(data26 > 16 || isNaN(data26)){
const err77 = {instancePath:instancePath+"/packages/" + i2+"/strip",schemaPath:"#/$defs/url/properties/strip/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16},message:"must be <= 16"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(data26 < 0 || isNaN(data26)){
const err78 = {instancePath:instancePath+"/packages/" + i2+"/strip",schemaPath:"#/$defs/url/properties/strip/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
}
if(data8.executable !== undefined){
if(typeof data8.executable !== "boolean"){
const err79 = {instancePath:instancePath+"/packages/" + i2+"/executable",schemaPath:"#/$defs/url/properties/executable/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
if(data8.place !== undefined){
let data28 = data8.place;
if(typeof data28 === "string"){
if(data28.length > 1024){
const err80 = {instancePath:instancePath+"/packages/" + i2+"/place",schemaPath:"#/$defs/url/properties/place/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(!pattern2.test(data28)){
const err81 = {instancePath:instancePath+"/packages/" + i2+"/place",schemaPath:"#/$defs/url/properties/place/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
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
const err82 = {instancePath:instancePath+"/packages/" + i2+"/place",schemaPath:"#/$defs/url/properties/place/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data8.priority !== undefined){
let data29 = data8.priority;
if(!(((typeof data29 == "number") && (!(data29 % 1) && !isNaN(data29))) && (isFinite(data29)))){
const err83 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/url/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
if((typeof data29 == "number") && (isFinite(data29))){
if(data29 > 1000 || isNaN(data29)){
const err84 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/url/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
if(data29 < -1000 || isNaN(data29)){
const err85 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/url/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
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
}
else {
const err86 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/url/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
var _valid0 = _errs65 === errors;
valid9 = valid9 || _valid0;
if(!valid9){
const _errs85 = errors;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(data8.path === undefined){
const err87 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/path/required",keyword:"required",params:{missingProperty: "path"},message:"must have required property '"+"path"+"'"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
for(const key8 in data8){
if(!((key8 === "path") || (key8 === "priority"))){
const err88 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/path/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
if(data8.path !== undefined){
let data30 = data8.path;
if(typeof data30 === "string"){
if(data30.length > 2048){
const err89 = {instancePath:instancePath+"/packages/" + i2+"/path",schemaPath:"#/$defs/path/properties/path/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(data30.length < 1){
const err90 = {instancePath:instancePath+"/packages/" + i2+"/path",schemaPath:"#/$defs/path/properties/path/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
else {
const err91 = {instancePath:instancePath+"/packages/" + i2+"/path",schemaPath:"#/$defs/path/properties/path/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
if(data8.priority !== undefined){
let data31 = data8.priority;
if(!(((typeof data31 == "number") && (!(data31 % 1) && !isNaN(data31))) && (isFinite(data31)))){
const err92 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/path/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if((typeof data31 == "number") && (isFinite(data31))){
if(data31 > 1000 || isNaN(data31)){
const err93 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/path/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
if(data31 < -1000 || isNaN(data31)){
const err94 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/path/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
}
}
else {
const err95 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/path/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
var _valid0 = _errs85 === errors;
valid9 = valid9 || _valid0;
if(!valid9){
const _errs93 = errors;
if(data8 && typeof data8 == "object" && !Array.isArray(data8)){
if(data8.registry === undefined){
const err96 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/registry/required",keyword:"required",params:{missingProperty: "registry"},message:"must have required property '"+"registry"+"'"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
for(const key9 in data8){
if(!(((key9 === "registry") || (key9 === "version")) || (key9 === "priority"))){
const err97 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/registry/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
if(data8.registry !== undefined){
let data32 = data8.registry;
if(typeof data32 === "string"){
if(data32.length > 2048){
const err98 = {instancePath:instancePath+"/packages/" + i2+"/registry",schemaPath:"#/$defs/registry/properties/registry/maxLength",keyword:"maxLength",params:{limit: 2048},message:"must NOT have more than 2048 characters"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if(data32.length < 1){
const err99 = {instancePath:instancePath+"/packages/" + i2+"/registry",schemaPath:"#/$defs/registry/properties/registry/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
else {
const err100 = {instancePath:instancePath+"/packages/" + i2+"/registry",schemaPath:"#/$defs/registry/properties/registry/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
if(data8.version !== undefined){
let data33 = data8.version;
if((typeof data33 !== "string") && (!((typeof data33 == "number") && (isFinite(data33))))){
const err101 = {instancePath:instancePath+"/packages/" + i2+"/version",schemaPath:"#/$defs/registry/properties/version/type",keyword:"type",params:{type: schema19.properties.version.type},message:"must be string,number"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
if(data8.priority !== undefined){
let data34 = data8.priority;
if(!(((typeof data34 == "number") && (!(data34 % 1) && !isNaN(data34))) && (isFinite(data34)))){
const err102 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/registry/properties/priority/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
if((typeof data34 == "number") && (isFinite(data34))){
if(data34 > 1000 || isNaN(data34)){
const err103 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/registry/properties/priority/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000},message:"must be <= 1000"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
if(data34 < -1000 || isNaN(data34)){
const err104 = {instancePath:instancePath+"/packages/" + i2+"/priority",schemaPath:"#/$defs/registry/properties/priority/minimum",keyword:"minimum",params:{comparison: ">=", limit: -1000},message:"must be >= -1000"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
}
}
else {
const err105 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/$defs/registry/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
var _valid0 = _errs93 === errors;
valid9 = valid9 || _valid0;
}
}
}
}
}
}
}
if(!valid9){
const err106 = {instancePath:instancePath+"/packages/" + i2,schemaPath:"#/properties/packages/items/anyOf",keyword:"anyOf",params:{},message:"must match a schema in anyOf"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
else {
errors = _errs19;
if(vErrors !== null){
if(_errs19){
vErrors.length = _errs19;
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
let data35 = data.variables;
if((!(data35 && typeof data35 == "object" && !Array.isArray(data35))) && (data35 !== null)){
const err107 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/type",keyword:"type",params:{type: schema11.properties.variables.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
for(const key10 in data35){
const _errs105 = errors;
if(typeof key10 === "string"){
if(!pattern6.test(key10)){
const err108 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/allOf/0/pattern",keyword:"pattern",params:{pattern: "^(?!PATH$)"},message:"must match pattern \""+"^(?!PATH$)"+"\"",propertyName:key10};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
if(typeof key10 === "string"){
if(!pattern7.test(key10)){
const err109 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/allOf/1/pattern",keyword:"pattern",params:{pattern: "^(?!TENON_)"},message:"must match pattern \""+"^(?!TENON_)"+"\"",propertyName:key10};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
if(typeof key10 === "string"){
if(key10.length > 256){
const err110 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/maxLength",keyword:"maxLength",params:{limit: 256},message:"must NOT have more than 256 characters",propertyName:key10};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
if(!pattern8.test(key10)){
const err111 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$"},message:"must match pattern \""+"^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$"+"\"",propertyName:key10};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
var valid25 = _errs105 === errors;
if(!valid25){
const err112 = {instancePath:instancePath+"/variables",schemaPath:"#/properties/variables/propertyNames",keyword:"propertyNames",params:{propertyName: key10},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
}
for(const key11 in data35){
let data36 = data35[key11];
if(((typeof data36 !== "string") && (!((typeof data36 == "number") && (isFinite(data36))))) && (typeof data36 !== "boolean")){
const err113 = {instancePath:instancePath+"/variables/" + key11.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/type",keyword:"type",params:{type: schema11.properties.variables.additionalProperties.type},message:"must be string,number,boolean"};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
if(typeof data36 === "string"){
if(data36.length > 32768){
const err114 = {instancePath:instancePath+"/variables/" + key11.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/variables/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 32768},message:"must NOT have more than 32768 characters"};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
}
}
}
}
if(data.links !== undefined){
let data37 = data.links;
if((!(data37 && typeof data37 == "object" && !Array.isArray(data37))) && (data37 !== null)){
const err115 = {instancePath:instancePath+"/links",schemaPath:"#/properties/links/type",keyword:"type",params:{type: schema11.properties.links.type},message:"must be object,null"};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
if(data37 && typeof data37 == "object" && !Array.isArray(data37)){
if(Object.keys(data37).length > 256){
const err116 = {instancePath:instancePath+"/links",schemaPath:"#/properties/links/maxProperties",keyword:"maxProperties",params:{limit: 256},message:"must NOT have more than 256 properties"};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
for(const key12 in data37){
const _errs113 = errors;
if(typeof key12 === "string"){
if(key12.length > 1024){
const err117 = {instancePath:instancePath+"/links",schemaPath:"#/properties/links/propertyNames/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters",propertyName:key12};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
if(!pattern2.test(key12)){
const err118 = {instancePath:instancePath+"/links",schemaPath:"#/properties/links/propertyNames/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\"",propertyName:key12};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
var valid28 = _errs113 === errors;
if(!valid28){
const err119 = {instancePath:instancePath+"/links",schemaPath:"#/properties/links/propertyNames",keyword:"propertyNames",params:{propertyName: key12},message:"property name must be valid"};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
for(const key13 in data37){
let data38 = data37[key13];
if(typeof data38 === "string"){
if(data38.length > 1024){
const err120 = {instancePath:instancePath+"/links/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/links/additionalProperties/maxLength",keyword:"maxLength",params:{limit: 1024},message:"must NOT have more than 1024 characters"};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
if(!pattern2.test(data38)){
const err121 = {instancePath:instancePath+"/links/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/links/additionalProperties/pattern",keyword:"pattern",params:{pattern: "^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"},message:"must match pattern \""+"^(?!/)(?!__proto__$)(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]+$"+"\""};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
}
else {
const err122 = {instancePath:instancePath+"/links/" + key13.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/links/additionalProperties/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
}
}
if(data.checks !== undefined){
let data39 = data.checks;
if((!(Array.isArray(data39))) && (data39 !== null)){
const err123 = {instancePath:instancePath+"/checks",schemaPath:"#/properties/checks/type",keyword:"type",params:{type: schema11.properties.checks.type},message:"must be array,null"};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
if(Array.isArray(data39)){
if(data39.length > 100){
const err124 = {instancePath:instancePath+"/checks",schemaPath:"#/properties/checks/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
const len3 = data39.length;
for(let i3=0; i3<len3; i3++){
let data40 = data39[i3];
if(typeof data40 === "string"){
if(data40.length > 4096){
const err125 = {instancePath:instancePath+"/checks/" + i3,schemaPath:"#/properties/checks/items/maxLength",keyword:"maxLength",params:{limit: 4096},message:"must NOT have more than 4096 characters"};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
if(!pattern11.test(data40)){
const err126 = {instancePath:instancePath+"/checks/" + i3,schemaPath:"#/properties/checks/items/pattern",keyword:"pattern",params:{pattern: "\\S"},message:"must match pattern \""+"\\S"+"\""};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
else {
const err127 = {instancePath:instancePath+"/checks/" + i3,schemaPath:"#/properties/checks/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
}
}
}
else {
const err128 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}

