# Written by nslaw 0.1.0:
# nslaw curve --features 10:1e5:9 --samples 1e4 --alpha 0.5 #
# To see it: gnuplot -p THIS_FILE. To draw it into a file, put before the rest:
#   set terminal pdfcairo enhanced size 8.5cm,6.4cm font 'sans,7' fontscale 0.75 linewidth 0.7
#   set output 'picture.pdf'
set encoding utf8
set border linewidth 0.8
set tics nomirror
set label 900 'power law, alpha = 0.5, latents = inf; ridgeless, label noise 0; samples P = 10000' at screen 0.015,character 0.70 left noenhanced font ',5.2' textcolor rgb '#555555'
$a1 << EOD
10 0.2118646088
31.6227766 0.1254275876
100 0.07216767774
316.227766 0.04170159468
1000 0.02527308473
3162.27766 0.01871595297

31622.7766 0.01052646056
100000 0.00799744606
EOD
$a2 << EOD
10 0.007197701454
100000 0.007197701454
EOD
$a3 << EOD
10 0.2276283762
12.49527656 0.2036354871
15.61319363 0.1821715391
19.50911724 0.162969972
24.37718153 0.1457923226
30.4599625 0.1304252621
38.06056554 0.1166779478
47.55772924 0.1043796522
59.42469794 0.0933776433
74.25280353 0.08353528765
92.78093154 0.07473035339
115.9323399 0.0668534924
144.8606649 0.05980688226
181.0074071 0.05350301138
226.1737611 0.04786359227
282.6103695 0.04281858919
353.1294726 0.03830534846
441.2450421 0.03426782032
551.3478831 0.03065586286
688.924428 0.02742461934
860.8301257 0.02453396106
1075.631049 0.02194798907
1344.030743 0.01963458828
1679.403584 0.01756502865
2098.461224 0.0157136084
EOD
set bmargin 4.18
set rmargin 2.5
set xlabel 'features N'
set ylabel 'test loss L (½ squared error)'
set logscale x
set logscale y
set xrange [9.99999:100000] noextend
set yrange [0.005875731662:0.2595316278] noextend
set xtics ('10^{1}' 10 0, '' 20 1, '' 30 1, '' 40 1, '' 50 1, '' 60 1, '' 70 1, '' 80 1, '' 90 1, '10^{2}' 100 0, '' 200 1, '' 300 1, '' 400 1, '' 500 1, '' 600 1, '' 700 1, '' 800 1, '' 900 1, '10^{3}' 1000 0, '' 2000 1, '' 3000 1, '' 4000 1, '' 5000 1, '' 6000 1, '' 7000 1, '' 8000 1, '' 9000 1, '10^{4}' 10000 0, '' 20000 1, '' 30000 1, '' 40000 1, '' 50000 1, '' 60000 1, '' 70000 1, '' 80000 1, '' 90000 1, '10^{5}' 100000 0)
set ytics ('' 0.006 1, '' 0.007 1, '' 0.008 1, '' 0.009 1, '0.01' 0.01 0, '0.02' 0.02 0, '' 0.03 1, '' 0.04 1, '0.05' 0.05 0, '' 0.06 1, '' 0.07 1, '' 0.08 1, '' 0.09 1, '0.1' 0.1 0, '0.2' 0.2 0)
set key tmargin left horizontal Left reverse samplen 2 width 1 maxcols 2
set label 10 '∝ N^{−0.5}' at first 1229.44995,0.02052915026 right offset character -0.5,-0.6 front
plot $a3 using 1:2 with lines linewidth 1.4 dashtype (2,3) linecolor rgb '#000000' notitle, \
     $a2 using 1:2 with lines linewidth 1.4 dashtype (8,5) linecolor rgb '#777777' title 'plateau 0.0072', \
     $a1 using 1:2 with lines linewidth 2.2 dashtype 1 linecolor rgb '#0072b2' title 'theory'
